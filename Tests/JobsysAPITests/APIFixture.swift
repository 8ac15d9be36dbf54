import HTTPTypes
import Hummingbird
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysServiceRuntime
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import Logging
import NIOCore
import Synchronization

/// The API over a store and a queue in memory, with a clock that stands still and known ids.
struct APIFixture: Sendable {
    static let jobID = "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"

    let clock: ManualClock
    let store = InMemoryJobStore()
    let queue: InMemoryJobQueue
    let workflows = InMemoryWorkflowStore()
    let directory = InMemoryWorkerDirectory()
    let keys = InMemoryAPIKeyStore()
    let schedules = InMemoryScheduleStore()
    let audit = InMemoryAuditTrail()
    let figureStore = InMemoryFigureStore()
    let figures = FigureCounter(process: "api")
    /// Where figures are read.
    let board: FigureBoard
    /// What is known of the keys.
    let ring: KeyRing
    /// Whether requests have to show a credential.
    var asksForCredentials = false
    /// How often somebody may ask.
    var limiter: RateLimiter?
    /// How many jobs of a tenant may be open.
    var quota: OpenJobsQuota?
    /// Tells who shows a token, if tokens are taken.
    var tokens: TokenVerifier?
    /// What is known of the directory; nothing until it is read.
    let cache: DirectoryCache
    let logs = InMemoryLogHandler()
    var options = APIOptions()

    init() {
        let clock = ManualClock()
        self.clock = clock
        queue = InMemoryJobQueue(clock: clock)
        cache = DirectoryCache(directory, clock: clock, now: { clock.timestamp })
        let epoch = clock.timestamp
        board = FigureBoard(
            figureStore,
            elapsed: { clock.timestamp.duration(since: epoch) },
            now: { clock.timestamp }
        )
        ring = KeyRing(keys, clock: clock, now: { clock.timestamp })
        options.clock = clock
        options.now = { clock.timestamp }
        options.makeJobID = { JobID(Self.jobID) ?? JobID(at: $0) }
        options.makeRequestID = { "made-here" }
        let traces = TraceCounter()
        options.makeTrace = { traces.next() }
    }

    var logger: Logger {
        var logs = logs
        logs.logLevel = .debug
        return Logger(label: "test") { _ in logs }
    }

    /// Everything but the sockets.
    func application(
        over store: (any JobStore)? = nil,
        control: (any JobControl)? = nil,
        catalog: (any JobCatalog)? = nil,
        host: String = "127.0.0.1"
    ) -> some ApplicationProtocol {
        buildApplication(
            router: router(over: store, control: control, catalog: catalog),
            host: host,
            port: 0,
            options: options,
            logger: logger
        )
    }

    /// The routes.
    func router(
        over store: (any JobStore)? = nil,
        control: (any JobControl)? = nil,
        catalog: (any JobCatalog)? = nil
    ) -> Router<APIRequestContext> {
        let readiness = Readiness(
            checks: [
                ReadinessCheck("dynamodb") { [store = self.store] in try await store.checkReachable() },
                ReadinessCheck("sqs") { [queue] in try await queue.checkReachable() },
            ],
            clock: ContinuousClock(),
            logger: logger
        )
        return buildRouter(
            store: store ?? self.store,
            control: control ?? self.store,
            catalog: catalog ?? self.store,
            queue: queue,
            workflows: WorkflowEngine(store: workflows, jobs: self.store, sender: queue, now: options.now),
            directory: directory,
            cache: cache,
            readiness: readiness,
            schedules: schedules,
            keys: keys,
            audit: audit,
            authentication: asksForCredentials ? .required(ring, stage: options.stage, tokens: tokens) : .off,
            figures: figures,
            board: board,
            limiter: limiter,
            quota: quota,
            options: options,
            logger: logger
        )
    }

    /// Answers one request.
    func answer(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> Answer {
        try await application()
            .test(.router) { client in
                let body = body.map(ByteBuffer.init(string:))
                return Answer(try await client.execute(uri: path, method: method, headers: headers, body: body))
            }
    }

    /// Answers a submission.
    func submit(_ body: String, headers: HTTPFields = [:]) async throws -> Answer {
        var headers = headers
        headers[.contentType] = headers[.contentType] ?? "application/json"
        return try await answer(.post, "/jobs", headers: headers, body: body)
    }
}

/// Makes a trace for each request, the first one the sample's.
private final class TraceCounter: Sendable {
    private let count = Mutex(0)

    func next() -> TraceContext {
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard number > 1 else { return .sample }
        let id = "67891233\(String(repeating: "0", count: 20))\(1000 + number)"
        return TraceContext(traceparent: "00-\(id)-463ac35c9f6413ad-01") ?? .sample
    }
}

/// What a test looks at.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
    }

    var json: JSONValue? { try? JSONValue(parsing: text) }
}

/// The document of a problem that is no more than its status.
func problem(
    _ status: Int,
    _ title: String,
    _ detail: String,
    errors: [JSONValue]? = nil,
    requestID: String = "made-here"
) -> JSONValue {
    var document: JSONObject = [
        "type": "about:blank",
        "title": .string(title),
        "status": .number(JSONNumber(status)),
        "detail": .string(detail),
    ]
    document["errors"] = errors.map(JSONValue.array)
    document["requestId"] = .string(requestID)
    return .object(document)
}

extension APIFixture {
    static let productionOptions = APIOptions()
}

extension APIFixture {
    /// An API that asks for credentials.
    static func asking() -> APIFixture {
        var api = APIFixture()
        api.asksForCredentials = true
        return api
    }

    /// Makes a key in the store.
    func makeKey(
        stage: String = "dev",
        tenant: String? = nil,
        scopes: Set<Scope>,
        types: Set<String>? = nil,
        expiresAt: Timestamp? = nil
    ) async throws -> APIKeyText {
        let text = APIKeyText.make(stage: stage)
        let now = clock.timestamp
        let key = APIKey(text, tenant: tenant, scopes: scopes, types: types, at: now, by: "ada", expiresAt: expiresAt)
        try await keys.create(key)
        return text
    }
}

extension HTTPFields {
    /// What shows a key.
    static func bearer(_ key: APIKeyText, scheme: String = "Bearer") -> HTTPFields {
        [.authorization: "\(scheme) \(key.revealed())"]
    }
}
