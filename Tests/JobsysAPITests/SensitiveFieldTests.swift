import HTTPTypes
import Hummingbird
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Fields that a type's policy calls sensitive", .timeLimit(.minutes(1)))
struct SensitiveFieldTests {
    private static let payload: JSONValue = ["customer": ["email": "eve@example.com", "name": "Eve"], "text": "x"]

    /// An API whose directory says what is sensitive, or whose job's record does.
    private func api(_ job: inout Job, byRecord: Bool) async throws -> APIFixture {
        let api = APIFixture()
        (job.payload, job.result) = (Self.payload, ["customer": ["email": "eve@example.com"], "sent": true])
        if byRecord {
            job.sensitive = ["customer.email"]
            job.lease = Job.Lease(owner: "worker", messageID: "message", expiresAt: nil)
        } else {
            try await api.directory.announce(["transform"], sensitive: ["transform": ["customer.email"]], at: .sample)
        }
        _ = try await api.cache.read()
        api.store.put(job)
        return api
    }

    @Test("are shown on no route, to nobody, and the rest of the payload and the result is", arguments: [true, false])
    func everyRoute(byRecord: Bool) async throws {
        for status in JobStatus.allCases {
            var job = Job.sample(at: .sample)
            job.id = try #require(JobID(APIFixture.jobID))
            job.status = status
            let answers = try await requests { method, path, body in
                let api = try await api(&job, byRecord: byRecord)
                var headers: HTTPFields = path.hasPrefix("/console") ? .ownForm : [:]
                if body != nil { headers[.contentType] = "application/json" }
                let answer = try await api.answer(method, path, headers: headers, body: body)
                #expect(!"\(api.logs.entries)".contains("eve@example.com"))
                return answer
            }
            for (name, answer) in answers {
                #expect(!answer.text.contains("eve@example.com"), "\(name), \(status): \(answer.text)")
            }
            #expect(answers["GET /jobs/{id}"]?.json?["result"] == ["customer": ["email": "[redacted]"], "sent": true])
            #expect(answers["GET /console/jobs/{id}"]?.text.contains("Eve") == true)
        }
    }

    private func requests(
        _ send: (HTTPRequest.Method, String, String?) async throws -> Answer
    ) async throws -> [String: Answer] {
        var answers: [String: Answer] = [:]
        for (name, operation) in try await Operation.all() {
            let (method, path) = try #require(operation.request(name))
            answers[name] = try await send(method, path, operation.body(name))
        }
        for route in APIFixture().router().routes where "\(route.path)".hasPrefix("/console") && route.method != .head {
            let path = "\(route.path)".replacing("{id}", with: APIFixture.jobID).replacing("{name}", with: "transform")
            answers["\(route.method.rawValue) \(route.path)"] = try await send(route.method, path, nil)
        }
        return answers
    }

    @Test("Nothing of a job that no worker has claimed is shown while nobody knows what workers say")
    func unknown() async throws {
        let api = APIFixture()
        let job = Job.sample(payload: ["word": "canary"])
        api.store.put(job)
        #expect(try await !api.answer(.get, "/console/jobs/\(job.id)").text.contains("canary"))
        _ = try await api.cache.read()
        #expect(try await api.answer(.get, "/console/jobs/\(job.id)").text.contains("canary"))
    }

    @Test("keep their values when a job is redriven as it is, and a redacted value that is sent back is refused")
    func redrive() async throws {
        var job = Job.sample()
        job.status = .failedFinal
        let api = try await api(&job, byRecord: true)
        let shown = Self.payload.hiding(["customer.email"]).serializedString
        let json: HTTPFields = [.contentType: "application/json"]
        let path = "/jobs/\(job.id)/redrive"
        let refused = try await api.answer(.post, path, headers: json, body: #"{"payload": \#(shown)}"#)
        #expect(refused.status == 422)
        let rule = "is [redacted], which is shown in the place of a value: send the value itself"
        #expect(
            refused.json
                == problem(
                    422,
                    "Unprocessable Content",
                    "Members of the job are missing or wrong.",
                    errors: [["pointer": "/payload/customer/email", "message": .string(rule)]]
                )
        )
        let form = "payload=\(shown.utf8.map { "%" + String($0, radix: 16) }.joined())"
        let refusedForm = try await api.answer(.post, "/console" + path, headers: .ownForm, body: form)
        #expect(refusedForm.status == 422)
        #expect(try await api.store.job(job.id) == job)
        let edited = Self.payload.serializedString.replacing("Eve", with: "Eva")
        #expect(try await api.answer(.post, path, headers: json, body: #"{"payload": \#(edited)}"#).status == 202)
        #expect(try await api.store.job(job.id)?.payload["customer"] == ["email": "eve@example.com", "name": "Eva"])
        api.store.put(job)
        #expect(try await api.answer(.post, path).status == 202)
        #expect(try await api.store.job(job.id)?.payload == Self.payload)
    }

    @Test("are not submitted as they were shown, and the same words elsewhere are taken")
    func submit() async throws {
        var job = Job.sample()
        let api = try await api(&job, byRecord: false)
        let refused = try await api.submit(
            #"{"type": "transform", "payload": {"customer": {"email": "[redacted]"}, "text": "[redacted]"}}"#
        )
        #expect(refused.status == 422)
        #expect(refused.json?["errors"]?.arrayValue?.map { $0["pointer"] } == ["/payload/customer/email"])
        #expect(try await api.submit(#"{"type": "transform", "payload": {"text": "[redacted]"}}"#).status == 202)
    }
}
