import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("The registry")
struct JobRegistryTests {
    private struct Order: JobPayload, Decodable {
        struct Line: Decodable {
            var count: Int
        }

        var name: String
        var lines: [Line]
        var grade: Grade?
    }

    private enum Grade: String, Decodable {
        case good
    }

    private struct OrderHandler: JobHandler {
        let name = JobName<Order>("order")

        func run(_ payload: Order, in context: JobContext) async throws -> JobOutcome {
            .succeeded([.string(payload.name), .int(payload.lines.reduce(0) { $0 + $1.count })])
        }
    }

    private struct Picky: JobPayload {
        init(json: JSONValue) throws {
            throw Mishap(description: "I take nothing")
        }
    }

    private struct PickyHandler: JobHandler {
        let name = JobName<Picky>("picky")

        func run(_ payload: Picky, in context: JobContext) async throws -> JobOutcome { .interrupted }
    }

    private func outcome(of job: Job, _ body: @escaping ClosureHandler.Body) async -> JobOutcome {
        var registry = JobRegistry()
        registry.register(ClosureHandler(body))
        return await registry.run(job)
    }

    @Test("The built-in handlers are there, and a name is found under its aliases too")
    func types() async {
        #expect(JobRegistry.builtIn(includingDrill: true).types == ["drill", "transform"])
        #expect(JobRegistry.builtIn(includingDrill: false).types == ["transform"])
        var registry = JobRegistry()
        registry.register(OrderHandler(), aliases: ["purchase", "buy"])
        #expect(registry.types == ["buy", "order", "purchase"])
        let payload: JSONValue = ["name": "tea", "lines": [["count": 2], ["count": 3]]]
        for type in registry.types {
            #expect(await registry.run(.sample(type: type, payload: payload)) == .succeeded(["tea", 5]))
        }
    }

    @Test("A type that nobody runs is a failure of unknown class, should anybody ask to run it")
    func unknownType() async {
        let expected = JobFailure(.unknown, "no handler runs jobs of type nobody")
        #expect(await JobRegistry.builtIn(includingDrill: false).run(.sample(type: "nobody")) == .failed(expected))
    }

    @Test("The handler gets the payload and the context of the job")
    func context() async {
        var job = Job.sample(type: "task", payload: ["a": [1, .null]])
        job.tenant = "acme"
        job.attempts = 2
        job.generation = 1
        let outcome = await outcome(of: job) { payload, context in
            let about = "\(context.jobID) \(context.tenant) \(context.traceID)"
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

    @Test("A failure that is thrown is the same as one that is returned")
    func failure() async {
        let failure = JobFailure(.rateLimit, "slow down", retryAfter: .seconds(7))
        #expect(await outcome(of: .sample(type: "task")) { _, _ in .failed(failure) } == .failed(failure))
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

    @Test("Whatever a cancelled handler throws or returns, it was interrupted, unless it has succeeded")
    func cancellation() async {
        let errors: [any Error] = [CancellationError(), Mishap(description: "oh no"), JobFailure(.validation, "x")]
        for error in errors {
            #expect(await cancelledOutcome { _, _ in throw error } == .interrupted)
        }
        for outcome in [JobOutcome.failed(JobFailure(.validation, "x")), .interrupted, .cancelled, .leaseLost] {
            #expect(await cancelledOutcome { _, _ in outcome } == .interrupted)
        }
        #expect(await cancelledOutcome { _, _ in .succeeded("done") } == .succeeded("done"))
    }

    @Test("A handler that says it was stopped, when nobody stopped it, has failed")
    func pretence() async {
        for pretended in [JobOutcome.interrupted, .leaseLost] {
            let outcome = await outcome(of: .sample(type: "task")) { _, _ in pretended }
            #expect(outcome.failure?.errorClass == .unknown)
        }
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
