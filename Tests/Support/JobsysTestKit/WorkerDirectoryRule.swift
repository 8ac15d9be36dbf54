public import JobsysCore
public import JobsysTime
public import Testing

/// One rule that all directories of workers must keep; all of them are ``all``.
public struct WorkerDirectoryRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (any WorkerDirectory) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any WorkerDirectory) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a directory to the rule.
    public func check(_ directory: any WorkerDirectory) async throws {
        try await body(directory)
    }

    private static let later = Timestamp.sample + .seconds(60)

    /// Every rule.
    public static let all = [
        WorkerDirectoryRule("a directory that nobody has written to is empty") { directory async throws in
            #expect(try await directory.workers(at: .sample) == [])
            #expect(try await directory.types() == [])
            #expect(try await directory.lastOffered("transform") == nil)
        },
        WorkerDirectoryRule("a worker is listed as it said last, by its id") { directory async throws in
            var worker = WorkerRecord.sample("two")
            try await directory.announce(worker)
            try await directory.announce(.sample("one"))
            worker.busy = 3
            worker.running = ["transform": 2, "http": 1]
            worker.breakers = ["http": "half-open"]
            worker.isDraining = true
            try await directory.announce(worker)
            #expect(try await directory.workers(at: .sample) == [.sample("one"), worker])
        },
        WorkerDirectoryRule("a worker that has said nothing for its lifetime is not listed, and is again when it has") {
            directory async throws in
            var worker = WorkerRecord.sample("one")
            try await directory.announce(worker)
            let end = worker.seenAt + WorkerRecord.lifetime
            #expect(try await directory.workers(at: end + .milliseconds(-1)) == [worker])
            #expect(try await directory.workers(at: end) == [])
            worker.seenAt = end
            try await directory.announce(worker)
            #expect(try await directory.workers(at: end) == [worker])
        },
        WorkerDirectoryRule("a worker that is withdrawn is gone, and it may be so twice") { directory async throws in
            try await directory.announce(.sample("one"))
            try await directory.announce(.sample("two"))
            try await directory.withdraw("one")
            try await directory.withdraw("one")
            #expect(try await directory.workers(at: .sample) == [.sample("two")])
        },
        WorkerDirectoryRule("types are listed by their names, each with the time of its last offer") {
            directory async throws in
            try await directory.announce(["transform", "http"], at: .sample)
            try await directory.announce(["transform"], at: later)
            let (http, transform) = (
                TypeRecord("http", lastOfferedAt: .sample), TypeRecord("transform", lastOfferedAt: later)
            )
            #expect(try await directory.types() == [http, transform])
            #expect(try await directory.lastOffered("transform") == later)
            #expect(try await directory.workers(at: .sample) == [])
        },
        WorkerDirectoryRule("a field that one worker calls sensitive stays so for a while beside workers that do not") {
            directory async throws in
            try await directory.announce(["http", "transform"], sensitive: ["http": ["b", "a[*].c"]], at: .sample)
            var record = TypeRecord("http", lastOfferedAt: .sample, sensitive: ["a[*].c", "b"])
            #expect(try await directory.types().first == record)
            #expect(try await directory.types().last?.sensitive == [])
            try await directory.announce(["http"], sensitive: ["http": ["b"]], at: later)
            record.lastOfferedAt = later
            #expect(try await directory.types().first == record)
            let end = Timestamp.sample + sensitiveMemory + .seconds(1)
            try await directory.announce(["http"], at: end)
            record.lastOfferedAt = end
            record.sensitive = ["b"]
            #expect(try await directory.types().first == record)
            try await directory.announce(["http"], at: end + sensitiveMemory)
            #expect(try await directory.types().first?.sensitive == [])
        },
        WorkerDirectoryRule("a pause keeps its first time and its last words, and ends when it is resumed") {
            directory async throws in
            try await directory.announce(["http"], at: .sample)
            var record = TypeRecord(
                "http",
                pause: TypePause(at: .sample, by: "ada", reason: "why"),
                lastOfferedAt: .sample
            )
            #expect(try await directory.pause("http", TypePause(at: .sample, by: "ada", reason: "why")) == record)
            record.pause = TypePause(at: .sample, by: "bob")
            #expect(try await directory.pause("http", TypePause(at: later, by: "bob")) == record)
            try await directory.announce(["http"], at: .sample)
            #expect(try await directory.types() == [record])
            record.pause = nil
            #expect(try await directory.resume("http") == record)
            #expect(try await directory.resume("http") == record)
            #expect(try await directory.types() == [record])
        },
        WorkerDirectoryRule("a type that nobody has offered can be paused and limited, and not resumed") {
            directory async throws in
            #expect(try await directory.resume("http") == nil)
            #expect(try await directory.limit("http", rate: .remove, concurrency: .remove) == nil)
            #expect(try await directory.types() == [])
            let pause = TypePause(at: .sample)
            #expect(try await directory.pause("http", pause) == TypeRecord("http", pause: pause))
            let limited = TypeRecord("zip", limits: TypeLimits(rate: 5))
            #expect(try await directory.limit("zip", rate: .set(5), concurrency: .remove) == limited)
            #expect(try await directory.types().map(\.name) == ["http", "zip"])
            #expect(try await directory.lastOffered("http") == nil)
        },
        WorkerDirectoryRule("a limit is set, kept or removed, each by itself") { directory async throws in
            var record = TypeRecord("http", limits: TypeLimits(rate: 50, concurrency: 4))
            #expect(try await directory.limit("http", rate: .set(50), concurrency: .set(4)) == record)
            record.limits.concurrency = 5
            #expect(try await directory.limit("http", rate: .keep, concurrency: .set(5)) == record)
            record.pause = TypePause(at: .sample)
            #expect(try await directory.pause("http", TypePause(at: .sample)) == record)
            record.limits.rate = nil
            #expect(try await directory.limit("http", rate: .remove, concurrency: .keep) == record)
            record.limits.concurrency = nil
            #expect(try await directory.limit("http", rate: .remove, concurrency: .remove) == record)
            #expect(try await directory.types() == [record])
        },
    ]
}

extension WorkerRecord {
    /// A worker that offers `http` and `transform`.
    public static func sample(
        _ id: String = "one",
        types: [String] = ["http", "transform"],
        slots: Int = 16,
        at now: Timestamp = .sample
    ) -> WorkerRecord {
        WorkerRecord(
            id: id,
            version: "1.0.0",
            host: "host-\(id)",
            types: types,
            slots: slots,
            startedAt: now,
            seenAt: now
        )
    }
}
