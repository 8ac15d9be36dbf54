import HTTPTypes
import Hummingbird
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("What jobs were given and what they returned", .timeLimit(.minutes(1)))
struct PayloadAccessTests {
    private static let given = "a-word-of-the-payload"
    private static let returned = "a-word-of-the-result"
    private static let words = [given, returned]
    private static let key = "the-key"

    /// The routes that show one or the other to who may see it: a new one belongs here, or must show neither.
    private static let showing: Set = [
        "GET /jobs/{id}", "POST /jobs", "POST /jobs/{id}/cancel", "POST /jobs/{id}/redrive", "GET /incidents",
        "GET /console/jobs/{id}",
        "GET /console/incidents",
    ]

    @Test(
        "is shown on no route of the contract or the console without the scope payload:read, whatever became of the job"
    )
    func everyRoute() async throws {
        var showing: Set<String> = []
        for (name, method, path, body) in try await Self.requests() {
            for status in JobStatus.allCases {
                let paths =
                    method == .get && status.isFinal && name == "GET /jobs/{id}" ? [path, path + "?wait=5"] : [path]
                for path in paths {
                    let scopes = Set(Scope.allCases).subtracting([.admin])
                    let seen = try await answer(method, path, body, scopes, status)
                    #expect(seen.status < 500, "\(name): \(seen.text)")
                    if Self.words.contains(where: seen.text.contains) { showing.insert(name) }
                    let blind = try await answer(method, path, body, scopes.subtracting([.readPayloads]), status)
                    for word in Self.words { #expect(!blind.text.contains(word), "\(name), \(status): \(blind.text)") }
                    #expect(blind.status == seen.status, "\(name), \(status)")
                }
            }
        }
        #expect(showing == Self.showing)
    }

    @Test("is not in what a request leaves in the log")
    func log() async throws {
        let api = try await Self.api(.succeeded)
        let key = try await api.makeKey(scopes: [.admin])
        for path in ["/jobs/\(APIFixture.jobID)", "/jobs", "/incidents"] {
            #expect(try await api.answer(.get, path, headers: .bearer(key)).status == 200)
        }
        for word in Self.words { #expect(!"\(api.logs.entries)".contains(word)) }
    }

    private func answer(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String?,
        _ scopes: Set<Scope>,
        _ status: JobStatus
    ) async throws -> Answer {
        let api = try await Self.api(status)
        var headers: HTTPFields
        if path.hasPrefix("/console") {
            headers = .ownForm
            headers[.cookie] = try await api.session(scopes: scopes)
        } else {
            headers = .bearer(try await api.makeKey(scopes: scopes))
            if body != nil { headers[.contentType] = "application/json" }
            if let name = HTTPField.Name("Idempotency-Key") { headers[name] = Self.key }
        }
        return try await api.answer(method, path, headers: headers, body: body)
    }

    /// An API with a job of each kind of record: one that paths name, and one that a repeated submission finds.
    private static func api(_ status: JobStatus) async throws -> APIFixture {
        let api = APIFixture.asking()
        let now = api.clock.timestamp
        let ids = [JobID(APIFixture.jobID), JobID(tenant: Submission.defaultTenant, idempotencyKey: key)]
        for id in ids.compactMap(\.self) {
            let submission = Submission(type: "transform", payload: ["text": .string(given)], idempotencyKey: key)
            var job = Job(submission, id: id, traceID: TraceContext.sample.traceID, at: now + .seconds(-60))
            api.store.put(job)
            var incident = Incident.sample(of: job)
            (incident.failure.at, incident.excerpt) = (now, job.payload.serializedString)
            _ = try await api.store.fail(job, with: incident, expiresAt: now + .seconds(60))
            (job.status, job.result) = (status, .string(returned))
            api.store.put(job)
        }
        return api
    }

    /// A request of each route.
    private static func requests() async throws -> [(String, HTTPRequest.Method, String, String?)] {
        let submission = #"{"type": "transform", "payload": {"text": "\#(given)"}}"#
        var requests: [(String, HTTPRequest.Method, String, String?)] = []
        for (name, operation) in try await Operation.all() {
            let (method, path) = try #require(operation.request(name))
            let body =
                switch name {
                case "POST /jobs": submission
                case "POST /jobs:batch":
                    #"{"jobs": [{"type": "transform", "payload": {"text": "\#(given)"}, "idempotencyKey": "\#(key)"}]}"#
                default: operation.body(name)
                }
            requests.append((name, method, path, body))
        }
        for route in APIFixture().router().routes where "\(route.path)".hasPrefix("/console") && route.method != .head {
            let name = "\(route.method.rawValue) \(route.path)"
            let path = "\(route.path)".replacing("{id}", with: APIFixture.jobID).replacing("{name}", with: "transform")
            requests.append((name, route.method, path, nil))
        }
        return requests
    }
}
