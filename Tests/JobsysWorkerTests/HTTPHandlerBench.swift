import FoundationEssentials
import HTTPTypes
import JobsysAWSTestKit
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Logging

@testable import JobsysWorker

/// An HTTP handler, a real endpoint that answers as a test says, and what becomes of an attempt.
struct HTTPHandlerBench {
    static let jobID = "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"
    static let answerLimit = 100_000
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    let server: ScriptedServer
    let callbacks: RunCallbacks
    let handler: HTTPHandler
    let now: Timestamp

    /// Runs the body with an endpoint.
    static func with<Result>(
        path: String = "/resize",
        policy: JobPolicy = .standard,
        clock: any Clock<Duration> = ContinuousClock(),
        now: Timestamp = Timestamp(milliseconds: 1_763_720_000_000),
        change: (inout HTTPEndpoint) -> Void = { _ in },
        answer: @escaping ScriptedServer.Handler,
        _ body: (HTTPHandlerBench) async throws -> Result
    ) async throws -> Result {
        try await ScriptedServer.with(handler: answer) { server in
            let transport = try CurlTransport(
                configuration: .init(maxResponseBytes: answerLimit, refusedAddresses: .linkLocal)
            )
            let callbacks = RunCallbacks(base: "http://worker.test:8081", clock: clock)
            var endpoint = HTTPEndpoint(
                url: try url("\(server.url)\(path)"),
                queueName: "jobs",
                transport: transport,
                now: { now }
            )
            change(&endpoint)
            let handler = HTTPHandler(type: "image.resize", policy: policy, endpoint: endpoint, callbacks: callbacks)
            do {
                let result = try await body(
                    HTTPHandlerBench(server: server, callbacks: callbacks, handler: handler, now: now)
                )
                await transport.shutdown()
                return result
            } catch {
                await transport.shutdown()
                throw error
            }
        }
    }

    /// Runs the body with an endpoint that gives the same answer always.
    static func with<Result>(
        _ script: Script,
        policy: JobPolicy = .standard,
        _ body: (HTTPHandlerBench) async throws -> Result
    ) async throws -> Result {
        try await with(policy: policy, answer: { _ in script }, body)
    }

    /// Runs the handler once, as the worker does.
    func run(
        _ payload: JSONValue = ["url": "a.png"],
        attempt: Int = 2,
        deadline: Timestamp? = nil,
        report: @escaping @Sendable (Double, String?) -> Void = { _, _ in }
    ) async throws -> JSONValue {
        try await handler.run(payload, in: Self.context(attempt: attempt, deadline: deadline, report: report))
    }

    /// The failure of an attempt; nil if it succeeded.
    func failure() async throws -> JobFailure? {
        do {
            _ = try await run()
            return nil
        } catch let failure as JobFailure {
            return failure
        }
    }

    /// The run that an endpoint was told to call back.
    func run(of request: ReceivedRequest) throws -> CallbackRun {
        let url = request.headers[.jobsys("jobsys-callback")] ?? ""
        guard case .run(let run) = callbacks.find(String(url.split(separator: "/").last ?? "")) else {
            throw Missing(what: "a run at \(url)")
        }
        return run
    }

    static func url(_ text: String) throws -> HTTPURL {
        guard let url = HTTPURL(text) else { throw Missing(what: "a URL in \(text)") }
        return url
    }

    static func context(
        attempt: Int = 2,
        deadline: Timestamp? = nil,
        report: @escaping @Sendable (Double, String?) -> Void = { _, _ in }
    ) throws -> JobContext {
        guard let id = JobID(jobID) else { throw Missing(what: "a job's id") }
        return JobContext(
            jobID: id,
            type: "image.resize",
            attempt: attempt,
            maxAttempts: 5,
            generation: 1,
            deadline: deadline,
            trace: TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            report: report
        )
    }

    struct Missing: Error { let what: String }
}

/// Hands the requests that an endpoint gets to the test, one after the other.
struct Requests {
    private let stream: AsyncStream<ReceivedRequest>
    private let sink: AsyncStream<ReceivedRequest>.Continuation

    init() {
        (stream, sink) = AsyncStream<ReceivedRequest>.makeStream()
    }

    /// Answers each request with the same, and passes it on.
    func answering(_ script: Script) -> ScriptedServer.Handler {
        { [sink] request in
            sink.yield(request)
            return script
        }
    }

    /// The next request.
    func next() async throws -> ReceivedRequest {
        for await request in stream { return request }
        throw HTTPHandlerBench.Missing(what: "a request")
    }
}
