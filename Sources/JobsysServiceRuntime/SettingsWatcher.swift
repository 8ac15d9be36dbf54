import Configuration
import Logging
import ServiceLifecycle

/// Reads the store of settings every minute, and has what may change while the process runs change.
///
/// Each change is logged, with the old and the new value. A value that is malformed is warned of once, and the one before it
/// goes on to hold; so does everything while the store cannot be read.
package struct SettingsWatcher: Service {
    private let store: any SettingsStore
    private let settings: [any EnvironmentVariable]
    private let start: ServiceStart
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double

    /// Makes a watcher.
    ///
    /// - Parameters:
    ///   - store: What is read.
    ///   - settings: Every variable that the process reads.
    ///   - start: What held at the start, and what is done with changes.
    ///   - clock: What the minute is measured by.
    ///   - draw: Random numbers in 0..<1: processes that are started together do not read together.
    package init(
        _ store: any SettingsStore,
        settings: [any EnvironmentVariable],
        start: ServiceStart,
        clock: any Clock<Duration> = ContinuousClock(),
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.store = store
        self.settings = settings
        self.start = start
        self.clock = clock
        self.draw = draw
    }

    /// Reads until a graceful shutdown, or until it is cancelled.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var stored = start.stored
            var refused: [String: String] = [:]
            var isFailing = false
            while !Task.isCancelled {
                // A stop ends it.
                try? await clock.sleep(for: Self.interval * (0.75 + 0.5 * draw()))
                guard !Task.isCancelled else { return }
                do {
                    let values = settings.storable(among: try await store.read())
                    if isFailing { Logger.current.notice("settings can be read again") }
                    isFailing = false
                    apply(values, to: &stored, &refused)
                } catch {
                    guard !Task.isCancelled, !isFailing else { continue }
                    isFailing = true
                    let message: Logger.Message = "settings cannot be read: what was read last holds"
                    Logger.current.warning(message, error: error, metadata: ["settings.store": "\(store.location)"])
                }
            }
        }
    }

    /// Goes over to the values that have changed.
    private func apply(_ values: [String: String], to stored: inout [String: String], _ refused: inout [String: String])
    {
        for setting in settings {
            let key = setting.key
            guard values[key] != stored[key] else {
                refused[key] = nil
                continue
            }
            var next = stored
            next[key] = values[key]
            let config = ServiceStart(environment: start.environment, stored: next).config
            if let problem = setting.problem(in: config) {
                guard refused.updateValue(values[key] ?? "", forKey: key) != values[key] ?? "" else { continue }
                let message: Logger.Message = "a changed setting is wrong: the value before it holds"
                Logger.current.warning(message, metadata: ["error.message": "\(problem)"])
                continue
            }
            refused[key] = nil
            report(setting, from: stored[key], to: values[key], effect: effect(of: setting, config))
            stored = next
        }
    }

    /// Does what is to be done with a value, and says when it holds.
    private func effect(of setting: any EnvironmentVariable, _ config: ConfigReader) -> String {
        guard start.isFree(setting.key) else { return "none: the environment has another value" }
        guard setting.changesWhileRunning else { return "at the next start" }
        do {
            return try start.changes.run(for: setting.key, config) ? "now" : "none in this process"
        } catch {
            // It was found to be well-formed.
            return "none: \(error)"
        }
    }

    private func report(_ setting: any EnvironmentVariable, from old: String?, to new: String?, effect: String) {
        func shown(_ value: String?) -> Logger.MetadataValue { "\(value.map(setting.printable) ?? "unset")" }
        Logger.current.notice(
            "setting changed",
            metadata: [
                "setting.name": "\(setting.key)", "setting.old": shown(old), "setting.new": shown(new),
                "setting.effect": "\(effect)",
            ]
        )
    }

    /// How often it reads, on average: Parameter Store gives an account 40 requests a second.
    private static let interval = Duration.seconds(60)
}
