import Configuration
import InMemoryLogging
import JobsysServiceRuntime
import JobsysTestKit
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import Testing

@Suite("Settings out of a store", .timeLimit(.minutes(1)))
struct SettingsStoreTests {
    /// A store whose content, or failure, a test sets.
    private final class Store: SettingsStore {
        struct Away: Error {}

        let location = "the store"
        private let content: Mutex<[String: String]?>

        init(_ content: [String: String]) { self.content = Mutex(content) }

        func set(_ content: [String: String]?) { self.content.withLock { $0 = content } }

        func read() async throws -> [String: String] {
            guard let content = content.withLock({ $0 }) else { throw Away() }
            return content
        }
    }

    private static let rate = Setting.int("RATE", summary: "How many", in: 1...100, default: 10)
    private static let settings: [any EnvironmentVariable] = [
        Setting.stage, Setting.logLevel, rate.changing, Setting.table, Setting.host,
        Setting.string("PASSWORD", summary: "A secret", expected: "a text", default: "-", isSecret: true),
    ]

    private func start(
        _ environment: [String: String] = [:],
        _ stored: [String: String] = [:]
    ) -> ServiceStart {
        ServiceStart(environment: environment, stored: stored)
    }

    @Test(
        "hold where the environment says nothing, and win over defaults",
        arguments: [
            ([:], [:], 10), ([:], ["RATE": "20"], 20), (["RATE": "30"], ["RATE": "20"], 30),
            (["RATE": " "], ["RATE": "20"], 20),
            (["RATE": ""], [:], 10),
        ] as [([String: String], [String: String], Int)]
    )
    func precedence(environment: [String: String], stored: [String: String], expected: Int) throws {
        #expect(try start(environment, stored).config.value(for: Self.rate) == expected)
    }

    @Test("are refused by what they should be, without what is secret")
    func malformed() {
        let config = start([:], ["RATE": "many"]).config
        #expect(throws: ConfigurationError(key: "RATE", found: "many", expected: "a whole number from 1 to 100")) {
            try config.value(for: Self.rate)
        }
    }

    @Test("are listed with where they come from, what is wrong, and no secret")
    func listing() {
        let start = start(
            ["HOST": "http://user:hush@h", "RATE": " ", "STAGE": "prod"],
            ["RATE": "20", "PASSWORD": "hush", "LOG_LEVEL": "loud", "STAGE": "dev"]
        )
        #expect(
            ConfigurationListing(Self.settings, of: start, storedAt: "the store").description == """
                STAGE=prod                environment
                LOG_LEVEL=loud            the store
                RATE=20                   the store
                DDB_TABLE                 missing
                HOST=http://[redacted]@h  environment
                PASSWORD=[redacted]       the store
                wrong: LOG_LEVEL: found "loud", expected one of trace, debug, info, notice, warning, error, critical
                wrong: DDB_TABLE: missing, expected a table's name of 3 to 255 letters, digits, "_", "-" or "."
                """
        )
    }

    /// A watcher's minutes, with what it has logged.
    private func watch(
        _ store: Store,
        _ start: ServiceStart,
        _ minutes: @escaping @Sendable (_ minute: @Sendable () async -> Void) async throws -> Void
    ) async throws -> [String] {
        let clock = ManualClock()
        let log = InMemoryLogHandler()
        let watcher = SettingsWatcher(store, settings: Self.settings, start: start, clock: clock, draw: { 0.5 })
        try await withLogger(Logger(label: "test") { _ in log }) { _ in
            try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await watcher.run() }
                    defer { trigger.triggerGracefulShutdown() }
                    await clock.waitForSleepers()
                    try await minutes {
                        clock.advance(by: .seconds(60))
                        await clock.waitForSleepers()
                    }
                    trigger.triggerGracefulShutdown()
                    try await group.waitForAll()
                }
            }
        }
        return log.entries.map { entry in
            let metadata = entry.metadata.sorted { $0.key < $1.key }.map { "\($0.value)" }
            return ([entry.level.rawValue, "\(entry.message)"] + metadata).joined(separator: " | ")
        }
    }

    @Test("that change hold from the next minute on, and who has changed what is logged")
    func changes() async throws {
        let store = Store(["RATE": "20"])
        let start = start(["HOST": "here"], ["RATE": "20"])
        let rates = Mutex<[Int]>([])
        start.changes.apply(Self.rate) { rate in rates.withLock { $0.append(rate) } }
        let log = try await watch(store, start) { minute in
            await minute()
            store.set([
                "RATE": "30", "DDB_TABLE": "jobs", "HOST": "there", "LOG_LEVEL": "debug", "STAGE": "prod", "OTHER": "x",
            ])
            await minute()
            await minute()
            store.set(["PASSWORD": "hush"])
            await minute()
        }
        #expect(rates.withLock { $0 } == [30, 10])
        #expect(
            log == [
                "notice | setting changed | none in this process | LOG_LEVEL | debug | unset",
                "notice | setting changed | now | RATE | 30 | 20",
                "notice | setting changed | at the next start | DDB_TABLE | jobs | unset",
                "notice | setting changed | none: the environment has another value | HOST | there | unset",
                "notice | setting changed | none in this process | LOG_LEVEL | unset | debug",
                "notice | setting changed | now | RATE | unset | 30",
                "warning | a changed setting is wrong: the value before it holds | "
                    + #"DDB_TABLE: missing, expected a table's name of 3 to 255 letters, digits, "_", "-" or ".""#,
                "notice | setting changed | none: the environment has another value | HOST | unset | there",
                "notice | setting changed | at the next start | PASSWORD | [redacted] | unset",
            ]
        )
    }

    @Test("that are wrong change nothing, are warned of once each, and keep none of the others")
    func wrongChanges() async throws {
        let store = Store(["DDB_TABLE": "jobs"])
        let start = start([:], ["DDB_TABLE": "jobs"])
        let rates = Mutex<[Int]>([])
        start.changes.apply(Self.rate) { rate in rates.withLock { $0.append(rate) } }
        let log = try await watch(store, start) { minute in
            store.set(["DDB_TABLE": "jobs", "RATE": "x"])
            await minute()
            await minute()
            store.set(["DDB_TABLE": "jobs", "RATE": "y", "LOG_LEVEL": "debug"])
            await minute()
            store.set(["DDB_TABLE": "jobs", "RATE": "5", "LOG_LEVEL": "debug"])
            await minute()
        }
        #expect(rates.withLock { $0 } == [5])
        #expect(
            log == [
                "warning | a changed setting is wrong: the value before it holds | "
                    + #"RATE: found "x", expected a whole number from 1 to 100"#,
                "notice | setting changed | none in this process | LOG_LEVEL | debug | unset",
                "warning | a changed setting is wrong: the value before it holds | "
                    + #"RATE: found "y", expected a whole number from 1 to 100"#,
                "notice | setting changed | now | RATE | 5 | unset",
            ]
        )
    }

    @Test("hold on while the store is away, which is logged once, and so is that it is back")
    func outage() async throws {
        let store = Store(["DDB_TABLE": "jobs", "RATE": "20"])
        let start = start([:], ["DDB_TABLE": "jobs", "RATE": "20"])
        let rates = Mutex<[Int]>([])
        start.changes.apply(Self.rate) { rate in rates.withLock { $0.append(rate) } }
        let log = try await watch(store, start) { minute in
            store.set(nil)
            await minute()
            await minute()
            store.set(["DDB_TABLE": "jobs", "RATE": "21"])
            await minute()
        }
        #expect(rates.withLock { $0 } == [21])
        #expect(
            log == [
                "warning | settings cannot be read: what was read last holds | the store",
                "notice | settings can be read again",
                "notice | setting changed | now | RATE | 21 | 20",
            ]
        )
    }
}
