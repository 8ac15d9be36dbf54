import FoundationEssentials
import HTTPTypes
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysSigV4
import JobsysTime
import ServiceLifecycle

/// Runs the jobs of a type by an HTTP endpoint: each attempt is a POST of the payload.
///
/// The request says which job and which attempt it is, in the words of Beanstalk's sqsd and of Standard Webhooks, and the
/// answer what came of it: see ``HTTPAnswer``. An endpoint that answers 202 with `Jobsys-Async: true` says it later, by
/// calls to the run's own URLs: see ``CallbackRun``.
struct HTTPHandler: JobHandler {
    let name: JobName<JSONValue>
    let policy: JobPolicy
    private let endpoint: HTTPEndpoint
    private let callbacks: RunCallbacks
    private let heartbeat: Duration

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - type: The job type.
    ///   - policy: How the jobs are treated.
    ///   - endpoint: What runs them.
    ///   - callbacks: Takes the calls of asynchronous runs.
    ///   - heartbeat: How long such a run may go without a sign of life.
    init(
        type: String,
        policy: JobPolicy,
        endpoint: HTTPEndpoint,
        callbacks: RunCallbacks,
        heartbeat: Duration = HTTPTarget.standardHeartbeat
    ) {
        name = JobName(type)
        self.policy = policy
        self.endpoint = endpoint
        self.callbacks = callbacks
        self.heartbeat = heartbeat
    }

    /// Posts the job, and waits for what the endpoint says of it.
    func run(_ payload: JSONValue, in context: JobContext) async throws -> JSONValue {
        let run = callbacks.open(context)
        defer { callbacks.close(run) }
        return try await withGracefulShutdownHandler {
            try await withTaskCancellationHandler {
                try await result(of: payload, run, context)
            } onCancel: {
                run.stop()
            }
        } onGracefulShutdown: {
            run.drain()
        }
    }

    private func result(of payload: JSONValue, _ run: CallbackRun, _ context: JobContext) async throws -> JSONValue {
        do {
            let answer = try await endpoint.post(payload, in: context, timeout: policy.timeout, callback: run.url)
            switch answer.outcome() {
            case .succeeded(let result): return try run.end()?.result() ?? result
            case .failed(let failure): throw failure
            case .gone(let reason): throw TypeUnavailable(reason)
            case .goesOn: return try await run.result(heartbeat: heartbeat)
            }
        } catch {
            // What the endpoint has said by a call, and was told that it is taken, holds whatever became of the answer.
            guard let verdict = run.end() else { throw error }
            return try verdict.result()
        }
    }
}

/// What runs the jobs of a worker's types, and takes what they say later.
struct HTTPEndpoints: Sendable {
    /// The runs that may be called back about.
    let callbacks: RunCallbacks
    /// The endpoints by job type.
    var byType: [String: HTTPEndpoint] = [:]
}

/// Sends jobs to one URL.
struct HTTPEndpoint: Sendable {
    /// Signs a request with AWS credentials.
    typealias AWSSigning = @Sendable (_ request: HTTPRequest, _ body: [UInt8]) async throws -> HTTPRequest

    /// How long a request may take if the policy of the type says nothing.
    static let standardTimeout: Duration = .seconds(300)
    /// The largest answer that is read.
    static let answerLimit = 1024 * 1024
    /// How long the connection may take to come about.
    private static let connectTimeout: Duration = .seconds(5)

    /// Where the jobs are posted.
    let url: HTTPURL
    /// What signs by Standard Webhooks.
    var signer = WebhookSigner([])
    /// Fields of every request.
    var headers: [HTTPField] = []
    /// What signs by SigV4; nil for none.
    var awsSigning: AWSSigning?
    /// What the queue's name is, for `X-Aws-Sqsd-Queue`.
    var queueName: String
    /// What sends the requests.
    let transport: any HTTPTransport
    /// The wall clock.
    var now: @Sendable () -> Timestamp = Timestamp.now

    /// Posts a job once.
    ///
    /// - Parameters:
    ///   - payload: The body.
    ///   - context: Which job and which attempt it is.
    ///   - timeout: How long the attempt may take; nil for ``standardTimeout``.
    ///   - callback: Where the endpoint may say more of this run; nil as long as the worker does not know that itself.
    /// - Returns: The answer, whatever its status is.
    /// - Throws: ``JobFailure`` if there is none, and `CancellationError`.
    func post(
        _ payload: JSONValue,
        in context: JobContext,
        timeout: Duration?,
        callback: String?
    ) async throws -> HTTPAnswer {
        let body = payload.serialized()
        let time = now()
        var request = url.request(.post, headerFields: fields(context, body: body, callback: callback, at: time))
        if let awsSigning { request = try await sign(request, body, by: awsSigning) }
        // The request ends a moment before the attempt's time is up, so that its end is known for what it is.
        let limit = timeout.map { $0 - min($0 / 10, .seconds(1)) } ?? Self.standardTimeout
        let timeouts = TransportTimeouts(connect: min(Self.connectTimeout, limit), request: limit)
        do {
            let response = try await transport.send(request, body: body, timeouts: timeouts)
            return HTTPAnswer(response, from: place, at: now())
        } catch {
            throw try failure(error)
        }
    }

    private func fields(
        _ context: JobContext,
        body: [UInt8],
        callback: String?,
        at time: Timestamp
    ) -> HTTPFields {
        let id = "\(context.jobID)-\(context.generation)"
        var fields = HTTPFields(headers)
        fields[.contentType] = "application/json"
        fields[.jobsys("traceparent")] = context.trace.traceparent
        fields[.jobsys("idempotency-key")] = id
        fields[.jobsys("jobsys-job-id")] = context.jobID.description
        fields[.jobsys("jobsys-type")] = context.type
        fields[.jobsys("jobsys-attempt")] = String(context.attempt)
        fields[.jobsys("jobsys-max-attempts")] = String(context.maxAttempts)
        fields[.jobsys("jobsys-deadline")] = context.deadline?.description
        fields[.jobsys("jobsys-callback")] = callback
        // Frameworks know a worker tier's requests by the agent's first letters.
        if fields[.userAgent] == nil { fields[.userAgent] = "aws-sqsd/3.0 (jobsys)" }
        fields[.jobsys("x-aws-sqsd-msgid")] = context.jobID.description
        fields[.jobsys("x-aws-sqsd-queue")] = queueName
        fields[.jobsys("x-aws-sqsd-first-received-at")] = (context.createdAt ?? time).description
        fields[.jobsys("x-aws-sqsd-receive-count")] = String(context.attempt)
        fields[.jobsys("x-aws-sqsd-attr-type")] = context.type
        fields[.jobsys("webhook-id")] = id
        fields[.jobsys("webhook-timestamp")] = String(time.seconds)
        fields[.jobsys("webhook-signature")] = signer.signature(id: id, seconds: time.seconds, body: body)
        return fields
    }

    private func sign(_ request: HTTPRequest, _ body: [UInt8], by signing: AWSSigning) async throws -> HTTPRequest {
        do {
            return try await signing(request, body)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw JobFailure(.system, "\(place): there are no AWS credentials to sign the request with: \(error)")
        }
    }

    /// Signs by SigV4, each attempt anew.
    static func signing(
        service: String,
        region: String,
        credentials: @escaping @Sendable () async throws -> AWSCredentials
    ) -> AWSSigning {
        let signer = SigV4Signer(service: service, region: region)
        return { request, body in
            signer.sign(request, body: body, credentials: try await credentials(), at: Date())
        }
    }

    private func failure(_ error: TransportError) throws -> JobFailure {
        switch error.code {
        case .cancelled:
            throw CancellationError()
        case .invalidRequest, .addressRefused:
            return JobFailure(.system, "\(place): \(error.message)")
        default:
            return JobFailure(.network, "\(place): \(error)")
        }
    }

    /// The endpoint for messages, without the query, which may hold a secret.
    private var place: String { "POST \(url.origin)\(url.path)" }
}

extension HTTPField.Name {
    /// The name of a field that requests for jobs or their answers have.
    static func jobsys(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a header field's name") }
        return name
    }
}
