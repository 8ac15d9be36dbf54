import FoundationEssentials
import InMemoryLogging
import JobsysCore
import JobsysJSON
import JobsysTestKit
import Logging
import Synchronization
import Testing

@Suite("The registry")
struct JobRegistryTests {
    private struct Order: Codable {
        struct Line: Codable {
            var count: Int
        }

        var name: String
        var lines: [Line]
        var grade: Grade?
    }

    private enum Grade: String, Codable {
        case good
    }

    private struct OrderHandler: JobHandler {
        let name = JobName<Order>("order")

        func run(_ order: Order, in context: JobContext) async throws -> JSONValue {
            [.string(order.name), .int(order.lines.reduce(0) { $0 + $1.count })]
        }
    }

    private struct Picky: Codable {
        init(from decoder: any Decoder) throws {
            throw Mishap(description: "I take nothing")
        }
    }

    private struct PickyHandler: JobHandler {
        let name = JobName<Picky>("picky")

        func run(_ parameters: Picky, in context: JobContext) async throws {}
    }

    private func outcome(of job: Job, _ body: @escaping ClosureHandler.Body) async -> JobOutcome {
        var registry = JobRegistry()
        registry.register(ClosureHandler(body))
        return await registry.run(job)
    }

    @Test("The built-in handlers are there, and a name is found under its aliases too")
    func types() async {
        var registry = JobRegistry()
        registry.registerBuiltIn()
        #expect(registry.types == ["transform"])
        registry = JobRegistry()
        registry.register(OrderHandler(), aliases: ["purchase", "buy"])
        #expect(registry.types == ["buy", "order", "purchase"])
        let payload: JSONValue = ["name": "tea", "lines": [["count": 2], ["count": 3]]]
        for type in registry.types {
            #expect(await registry.run(.sample(type: type, payload: payload)) == .succeeded(["tea", 5]))
        }
    }

    @Test("A closure is a handler too, with a result or without one, and reads and writes dates in ISO 8601")
    func closures() async {
        struct Period: Codable {
            var from: Date
            var count: UInt64
        }
        var registry = JobRegistry()
        registry.handle(JobName<Period>("next")) { period, _ in
            Period(from: period.from.addingTimeInterval(60), count: period.count)
        }
        registry.handle(JobName<Period>("none")) { _, _ in }
        let payload: JSONValue = ["from": "2026-11-28T12:00:00Z", "count": .number(JSONNumber(UInt64.max))]
        let next: JSONValue = ["from": "2026-11-28T12:01:00Z", "count": .number(JSONNumber(UInt64.max))]
        #expect(await registry.run(.sample(type: "next", payload: payload)) == .succeeded(next))
        #expect(await registry.run(.sample(type: "none", payload: payload)) == .succeeded(.null))
    }

    @Test("A second handler for a type stops the program")
    func duplicates() async {
        await #expect(processExitsWith: .failure) {
            var registry = JobRegistry()
            registry.handle(JobName<JSONValue>("order")) { _, _ in }
            registry.register(OrderHandler())
        }
        await #expect(processExitsWith: .failure) {
            var registry = JobRegistry()
            registry.register(OrderHandler(), aliases: ["buy", "buy"])
        }
    }

    @Test("A result that cannot be written as JSON is a validation failure")
    func unwritableResult() async throws {
        var registry = JobRegistry()
        registry.handle(JobName<JSONValue>("task")) { _, _ in Double.nan }
        let failure = try #require(await registry.run(.sample(type: "task")).failure)
        #expect(failure.errorClass == .validation)
        #expect(failure.message.hasPrefix("the result cannot be written as JSON: "))
    }

    @Test(
        "What nobody is to be shown reaches the handler, and neither its failure nor its log and progress, whoever says it"
    )
    func sensitive() async throws {
        let logs = InMemoryLogHandler()
        let said = Mutex<[String?]>([])
        var registry = JobRegistry()
        registry.handle(JobName<JSONValue>("task"), policy: JobPolicy(sensitive: ["customer.email"])) {
            payload,
            context -> JSONValue in
            let email = try #require(payload["customer"]?["email"]?.stringValue)
            #expect(email == "eve@example.com")
            context.logger.info("mail to \(email)", metadata: ["to": "\(email)", "all": ["\(payload)"]])
            Logger.current.info("mail", metadata: ["to": .stringConvertible(email)])
            context.progress(0.5, "mailing \(email)")
            throw Mishap(description: "no mailbox \(email) in \(payload.serializedString)")
        }
        let payload: JSONValue = ["customer": ["email": "eve@example.com", "name": "Eve"]]
        let logger = Logger(label: "test") { _ in logs }
        let context = JobContext(.sample(type: "task", payload: payload), logger: logger) { _, message in
            said.withLock { $0.append(message) }
        }
        let failure = await registry.run(.sample(type: "task", payload: payload), in: context).failure
        #expect(
            failure?.message
                == #"the handler threw Mishap: no mailbox [redacted] in {"customer":{"email":"[redacted]","name":"Eve"}}"#
        )
        #expect(said.withLock(\.self) == ["mailing [redacted]"])
        #expect(logs.entries.count == 2 && logs.entries[0].metadata["to"] == "[redacted]")
        #expect("\(logs.entries)".contains("Eve") && !"\(logs.entries)".contains("eve@example.com"))
    }

    @Test("An error of Foundation's that a handler lets through does not quote the value that it is about")
    func foundationErrors() async throws {
        struct Secret: Codable {
            var when: Date
        }
        var registry = JobRegistry()
        registry.handle(JobName<JSONValue>("task")) { payload, _ in
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            _ = try decoder.decode(Secret.self, from: Data(payload.serialized()))
        }
        registry.handle(JobName<JSONValue>("endless")) { _, _ in ["ratio": Double.infinity] }
        let failure = try #require(await registry.run(.sample(type: "task", payload: ["when": "hush"])).failure)
        #expect(failure.message.hasPrefix("the handler threw DecodingError: "))
        #expect(!failure.message.contains("hush"))
        let other = try #require(await registry.run(.sample(type: "endless")).failure)
        #expect(
            other.message
                == "the result cannot be written as JSON: /ratio has a value of type Double that cannot be written"
        )
    }

    @Test("A type that nobody runs is a failure of unknown class, should anybody ask to run it")
    func unknownType() async {
        let expected = JobFailure(.unknown, "no handler runs jobs of type nobody")
        #expect(await JobRegistry().run(.sample(type: "nobody")) == .failed(expected))
    }

    @Test("The handler gets the payload and the context of the job")
    func context() async {
        var job = Job.sample(type: "task", payload: ["a": [1, .null]])
        job.tenant = "acme"
        job.attempts = 2
        job.generation = 1
        let outcome = await outcome(of: job) { payload, context in
            let about = "\(context.jobID) \(context.tenant) \(context.trace.traceID)"
            let counts = [context.attempt, context.maxAttempts, context.generation].map { JSONValue.int($0) }
            return .succeeded([payload, .string(about), .array(counts)])
        }
        let about = JSONValue.string("\(job.id) acme \(job.traceID)")
        #expect(outcome == .succeeded([["a": [1, .null]], about, [2, 4, 1]]))
    }

    @Test(
        "A payload that does not fit is a validation failure that says where",
        arguments: [
            ([:], "the payload does not fit: /name is missing"),
            (["name": "tea"], "the payload does not fit: /lines is missing"),
            (["name": 1, "lines": []], "the payload does not fit: /name must be of type String"),
            (["name": .null, "lines": []], "the payload does not fit: /name must be of type String"),
            (["name": "tea", "lines": [["count": 1], [:]]], "the payload does not fit: /lines/1/count is missing"),
            (
                ["name": "tea", "lines": [["count": "1"]]],
                "the payload does not fit: /lines/0/count must be of type Int"
            ),
            (
                ["name": "tea", "lines": [], "grade": "s3cret"],
                "the payload does not fit: /grade has a value that cannot be used"
            ),
            ("tea", "the payload does not fit: it must be of type "),
        ] as [(JSONValue, String)]
    )
    func badPayload(payload: JSONValue, message: String) async throws {
        var registry = JobRegistry()
        registry.register(OrderHandler())
        let failure = try #require(await registry.run(.sample(type: "order", payload: payload)).failure)
        #expect(failure.errorClass == .validation)
        #expect(failure.message.hasPrefix(message))
        #expect(!failure.message.contains("s3cret"))
    }

    @Test("A payload that refuses itself is a validation failure, whatever it throws")
    func refusedPayload() async {
        var registry = JobRegistry()
        registry.register(PickyHandler())
        let expected = JobFailure(.validation, "the payload does not fit: I take nothing")
        #expect(await registry.run(.sample(type: "picky")) == .failed(expected))
    }

    @Test("A result of 96 KiB is kept, one byte more is a validation failure")
    func resultLimit() async {
        let job = Job.sample(type: "task")
        let longest = JSONValue.string(String(repeating: "x", count: 98_304 - 2))
        #expect(await outcome(of: job) { _, _ in .succeeded(longest) } == .succeeded(longest))
        let tooLong = JSONValue.string(String(repeating: "x", count: 98_304 - 1))
        let expected = JobFailure(.validation, "the result has 98305 bytes, more than the 98304 that are kept")
        #expect(await outcome(of: job) { _, _ in .succeeded(tooLong) } == .failed(expected))
    }

    @Test("A result that is nested too deeply to be read again is a validation failure")
    func resultDepth() async throws {
        let job = Job.sample(type: "task")
        let deepest = (1..<64).reduce(JSONValue.array([])) { inner, _ in .array([inner]) }
        #expect(await outcome(of: job) { _, _ in .succeeded(deepest) } == .succeeded(deepest))
        let failure = try #require(await outcome(of: job) { _, _ in .succeeded(.array([deepest])) }.failure)
        #expect(failure.errorClass == .validation)
        #expect(failure.message.hasPrefix("the result cannot be read again: "))
    }

    @Test("A failure that is thrown is that failure")
    func failure() async {
        let failure = JobFailure(.rateLimit, "slow down", retryAfter: .seconds(7))
        #expect(await outcome(of: .sample(type: "task")) { _, _ in throw failure } == .failed(failure))
    }

    @Test("Any other error is of unknown class, also a cancellation that nobody asked for")
    func unknownError() async {
        let mishap = JobFailure(.unknown, "the handler threw Mishap: oh no")
        #expect(
            await outcome(of: .sample(type: "task")) { _, _ in throw Mishap(description: "oh no") } == .failed(mishap)
        )
        let cancelled = await outcome(of: .sample(type: "task")) { _, _ in throw CancellationError() }
        #expect(cancelled.failure?.errorClass == .unknown)
    }

    @Test("Whatever a cancelled handler throws, it was interrupted")
    func cancellation() async {
        let errors: [any Error] = [CancellationError(), Mishap(description: "oh no"), JobFailure(.validation, "x")]
        for error in errors {
            #expect(await cancelledOutcome { _, _ in throw error } == .interrupted)
        }
        #expect(await cancelledOutcome { _, _ in .succeeded("done") } == .succeeded("done"))
    }

    /// The outcome of a handler that goes on only when it was cancelled.
    private func cancelledOutcome(_ body: @escaping ClosureHandler.Body) async -> JobOutcome? {
        await withTaskGroup { group in
            group.addTask {
                await outcome(of: .sample(type: "task")) { payload, context in
                    while !Task.isCancelled { await Task.yield() }
                    return try await body(payload, context)
                }
            }
            group.cancelAll()
            return await group.next()
        }
    }
}

extension JobOutcome {
    /// The failure, if it is one.
    var failure: JobFailure? {
        guard case .failed(let failure) = self else { return nil }
        return failure
    }
}

extension JobRegistry {
    /// Runs a job in the context that a runner would give it.
    func run(_ job: Job) async -> JobOutcome {
        await run(job, in: JobContext(job))
    }
}
