import HTTPTypes
import JobsysHTTP
import JobsysJSON

/// A client of a service's HTTP.
struct APIClient: Sendable {
    /// `host:port`.
    let authority: String
    /// Goes with every request, such as a credential.
    var headers: HTTPFields = [:]

    /// Sends any request.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        body: String = "",
        within limit: Duration = .seconds(30)
    ) async throws -> Answer {
        var fields = self.headers
        for field in headers { fields[field.name] = field.value }
        let request = HTTPRequest(
            method: method,
            scheme: "http",
            authority: authority,
            path: path,
            headerFields: fields
        )
        let response = try await WebClient.transport.send(
            request,
            body: Array(body.utf8),
            timeouts: .init(request: limit)
        )
        return Answer(status: response.status, headers: response.head.headerFields, body: response.body)
    }

    /// Asks for a path.
    func get(_ path: String) async throws -> Answer {
        try await send(.get, path)
    }

    /// Submits a job.
    func submit(
        _ type: String,
        _ payload: JSONValue,
        maxAttempts: Int? = nil,
        key: String? = nil,
        orderingKey: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var document: JSONObject = ["type": .string(type), "payload": payload]
        document["maxAttempts"] = maxAttempts.map { .int($0) }
        document["orderingKey"] = orderingKey.map { .string($0) }
        var headers = headers
        headers[.contentType] = "application/json"
        if let key { headers[.idempotencyKey] = key }
        return try await send(.post, "/jobs", headers: headers, body: JSONValue.object(document).serializedString)
    }

    /// Submits a job that must be accepted; answers its id.
    func accepted(
        _ type: String,
        _ payload: JSONValue,
        maxAttempts: Int? = nil,
        orderingKey: String? = nil
    ) async throws -> String {
        let answer = try await submit(type, payload, maxAttempts: maxAttempts, orderingKey: orderingKey)
        guard answer.status == 202, let id = try answer.json["jobId"]?.stringValue else {
            throw HarnessError("the job was not accepted: \(answer)")
        }
        return id
    }

    /// The job as it is now.
    func job(_ id: String) async throws -> JSONValue {
        try await get("/jobs/\(id)").json(status: 200)
    }

    /// The job once it is final.
    func finishedJob(_ id: String, within limit: Duration) async throws -> JSONValue {
        let final: Set = ["SUCCEEDED", "FAILED_FINAL", "CANCELLED"]
        return try await eventually(within: limit, "the job \(id) is final") {
            let job = try await get("/jobs/\(id)?wait=5").json(status: 200)
            return final.contains(try job.text("status")) ? .some(job) : .none
        }
    }
}

extension HTTPField.Name {
    static let idempotencyKey = named("Idempotency-Key")
    static let requestID = named("X-Request-Id")
    static let jobsysWarning = named("Jobsys-Warning")
    static let traceparent = named("traceparent")

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) cannot name a header field") }
        return name
    }
}
