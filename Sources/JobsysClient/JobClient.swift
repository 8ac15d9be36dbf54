// A program that submits jobs imports JobsysClient and the module that names them.
import FoundationEssentials
import HTTPTypes
import JobsysHTTP
@_exported public import JobsysHandlers
import JobsysJSON
import JobsysObservability
public import JobsysTime

/// Submits jobs to `svc-api`, and asks what became of them.
///
/// ```swift
/// let client = try JobClient(url: "http://127.0.0.1:8080")
/// let job = try await client.submit(.resize, Resize(url: "https://example.com/cat.jpeg"))
/// let done = try await client.wait(for: job.id)
/// let sizes = try done.result(as: [String: Int].self)
/// ```
///
/// What fails because the service is not there, or cannot do its work just now, is repeated with growing pauses for as long
/// as the client is patient. No repeat makes a second job: each submission has an idempotency key.
public struct JobClient: Sendable {
    let api: APIClient

    /// Makes a client; it keeps its connections open as long as it, or a copy of it, is used.
    ///
    /// What is not said comes from the profile that is named, then from the environment (`JOBSYS_URL`, `JOBSYS_TOKEN`, or the
    /// file that `JOBSYS_TOKEN_FILE` names), then from the profile that `JOBSYS_PROFILE` names, or the one called `default`.
    /// Profiles are sections of `~/.config/jobsys/config` with `url`, `token-file`, `token` and `cacert`; the credential of a
    /// profile is shown to the profile's service alone. Proxies and certificate authorities are those of the environment, as
    /// curl has them (`https_proxy`, `no_proxy`, `CURL_CA_BUNDLE`, `SSL_CERT_FILE`).
    ///
    /// - Parameters:
    ///   - url: Where the service is: an http or https URL without a query. If nothing says where, `http://127.0.0.1:8080`.
    ///   - token: What is sent as `Authorization: Bearer`, if the service asks for credentials: an API key or a JWT.
    ///   - profile: The name of a profile.
    ///   - patience: How long to repeat a request before its failure counts.
    /// - Throws: ``JobClientError`` for a URL that is none, a profile or a variable that cannot be used, and a token that
    ///   cannot be one.
    public init(
        url: String? = nil,
        token: String? = nil,
        profile: String? = nil,
        patience: Duration = .seconds(15)
    ) throws {
        do {
            let settings = try ClientSettings(
                userAgent: "jobsys-client",
                url: try url.map(Self.serviceURL),
                token: token,
                profile: profile.map { (source: "profile", name: $0) },
                environment: ProcessInfo.processInfo.environment
            )
            api = APIClient(
                url: settings.url,
                transport: try CurlTransport(configuration: settings.transport),
                patience: patience,
                headers: settings.credential?.headers ?? [:]
            )
        } catch let error as ClientSettingError {
            throw JobClientError(.invalid, error.description)
        } catch let error as TransportError {
            throw JobClientError(.unavailable, error.message)
        }
    }

    private static func serviceURL(_ text: String) throws(ClientSettingError) -> ServiceURL {
        guard let url = ServiceURL(argument: text) else {
            throw ClientSettingError(description: "\(text) is no http or https URL without a query")
        }
        return url
    }

    /// Submits a job.
    ///
    /// - Parameters:
    ///   - name: The job type.
    ///   - parameters: What the handler is given.
    ///   - idempotencyKey: What makes repeats harmless: submissions of the same job with the same key are one. It has 1 to 255
    ///     visible ASCII characters, without spaces. By default each call is a job of its own, however often its request is
    ///     repeated.
    ///   - maxAttempts: How many attempts it may take, from 1 to 8; as many as the type's policy says by default.
    ///   - orderingKey: Jobs of the same key run one after the other, in the order of their submission.
    ///   - delay: How long to wait before it runs, in whole seconds.
    /// - Returns: The job, which will run; or the one that an earlier submission with the same key made.
    /// - Throws: ``JobClientError``; `EncodingError` for the parameters; `CancellationError` if nothing is known to have been
    ///   done.
    @discardableResult
    public func submit<Parameters>(
        _ name: JobName<Parameters>,
        _ parameters: Parameters,
        idempotencyKey: String? = nil,
        maxAttempts: Int? = nil,
        orderingKey: String? = nil,
        delay: Duration? = nil
    ) async throws -> JobSnapshot {
        var document: JSONObject = ["type": .string(name.description), "payload": try JobCoding.encode(parameters)]
        document["maxAttempts"] = maxAttempts.map(JSONValue.int)
        document["orderingKey"] = orderingKey.map(JSONValue.string)
        document["delaySeconds"] = delay.map { .int(Int($0.components.seconds)) }
        let headers: HTTPFields = [.idempotencyKey: idempotencyKey ?? UniqueID.make()]
        return try await snapshot { try await api.post(["jobs"], headers: headers, .object(document)) }
    }

    /// Asks what became of a job.
    ///
    /// - Parameter id: The job.
    /// - Returns: The job, with everything that was written before.
    /// - Throws: ``JobClientError``, ``JobClientError/Kind/notFound`` for a job that is not there, or not any more.
    public func job(_ id: JobID) async throws -> JobSnapshot {
        try await snapshot { try await api.get(["jobs", id.description]) }
    }

    /// Waits for a job to be over.
    ///
    /// The service holds its answers back meanwhile, so this asks no more than three times a minute. While the service does
    /// not answer it goes on asking.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - limit: How long to wait.
    /// - Returns: The job as it was last seen: final, unless the time was up before.
    /// - Throws: ``JobClientError``; `CancellationError`. The job goes on without.
    public func wait(for id: JobID, upTo limit: Duration = .seconds(3600)) async throws -> JobSnapshot {
        let elapsed = stopwatch(api.clock)
        while true {
            let begin = elapsed()
            let left = max(.zero, limit - begin)
            let seconds = min(Int64(APIClient.longestWait), left.components.seconds)
            let job = try await snapshot {
                try await api.get(["jobs", id.description], query: [("wait", "\(seconds)")], patience: left)
            }
            guard !job.status.isFinal, elapsed() < limit else { return job }
            // A service that is about to stop does not hold its answers back.
            let pause = min(.seconds(1) - (elapsed() - begin), limit - elapsed())
            if pause > .zero { try await api.clock.sleep(for: pause) }
        }
    }

    /// Cancels a job that waits, or asks the worker that runs it to stop.
    ///
    /// - Parameter id: The job.
    /// - Returns: The job, which is cancelled now, or will be unless it is done before.
    /// - Throws: ``JobClientError``, ``JobClientError/Kind/conflict`` for a job that is over.
    @discardableResult
    public func cancel(_ id: JobID) async throws -> JobSnapshot {
        try await snapshot { try await api.post(["jobs", id.description, "cancel"]) }
    }

    /// Starts a job that failed for good, or was cancelled, once more with all its attempts.
    ///
    /// - Parameter id: The job.
    /// - Returns: The job, which will run.
    /// - Throws: ``JobClientError``, ``JobClientError/Kind/conflict`` for a job that is not over, or has succeeded.
    @discardableResult
    public func redrive(_ id: JobID) async throws -> JobSnapshot {
        try await snapshot { try await api.post(["jobs", id.description, "redrive"]) }
    }

    /// Starts a job once more, with other parameters.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - name: Its type, which says what its parameters are.
    ///   - parameters: What the handler is given instead.
    /// - Returns: The job, which will run.
    /// - Throws: ``JobClientError``; `EncodingError`.
    @discardableResult
    public func redrive<Parameters>(
        _ id: JobID,
        as name: JobName<Parameters>,
        with parameters: Parameters
    ) async throws -> JobSnapshot {
        let payload = try JobCoding.encode(parameters)
        return try await snapshot { try await api.post(["jobs", id.description, "redrive"], ["payload": payload]) }
    }

    /// Makes a request that is answered with a job.
    func snapshot(_ request: () async throws -> JSONValue) async throws -> JobSnapshot {
        let document = try await failing(request)
        guard let job = JobSnapshot(document) else {
            throw JobClientError(.unreadable, "the service answered something that is no job")
        }
        return job
    }

    /// Makes a request whose failures are the client's.
    func failing(_ request: () async throws -> JSONValue) async throws -> JSONValue {
        do {
            return try await request()
        } catch let failure as APIFailure {
            throw JobClientError(failure)
        }
    }
}

extension JobClient {
    /// The jobs that fit a filter, the latest first.
    ///
    /// They are read page by page, as the sequence is read. Jobs that come or change meanwhile may be missed or come twice.
    ///
    /// - Parameters:
    ///   - status: Only jobs that stand there.
    ///   - type: Only jobs of this type.
    ///   - start: Only jobs of this time or later.
    ///   - end: Only jobs before this time.
    /// - Returns: A sequence that throws ``JobClientError``.
    public func jobs(
        status: JobSnapshot.Status? = nil,
        type: String? = nil,
        since start: Timestamp? = nil,
        until end: Timestamp? = nil
    ) -> JobList {
        let query = [
            ("status", status?.rawValue), ("type", type), ("since", start?.description), ("until", end?.description),
        ]
        return JobList(client: self, query: query)
    }
}

/// A list of jobs, read page by page.
public struct JobList: AsyncSequence, Sendable {
    let client: JobClient
    let query: [(String, String?)]

    /// Begins at the first page.
    public func makeAsyncIterator() -> Iterator {
        Iterator(client: client, query: query)
    }

    /// A place in the list.
    public struct Iterator: AsyncIteratorProtocol {
        private let client: JobClient
        private let query: [(String, String?)]
        private var page: [JobSnapshot] = []
        private var cursor: String?
        private var isAtEnd = false

        init(client: JobClient, query: [(String, String?)]) {
            self.client = client
            self.query = query
        }

        /// The next job; nil at the end.
        ///
        /// - Returns: The job.
        /// - Throws: ``JobClientError``; `CancellationError`.
        public mutating func next() async throws -> JobSnapshot? {
            while page.isEmpty, !isAtEnd {
                let parameters = query + [("limit", "100"), ("cursor", cursor)]
                let document = try await client.failing { try await client.api.get(["jobs"], query: parameters) }
                cursor = document["nextCursor"]?.stringValue
                isAtEnd = cursor == nil
                // What this version cannot read is left out, as the service leaves out records that it cannot.
                page = (document["jobs"]?.arrayValue ?? []).compactMap(JobSnapshot.init).reversed()
            }
            return page.popLast()
        }
    }
}
