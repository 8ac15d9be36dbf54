import HTTPTypes
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("The audit trail", .timeLimit(.minutes(1)))
struct AuditTests {
    @Test("has every change that a route makes, and neither submissions nor questions")
    func everyRoute() async throws {
        var actions: [String] = []
        for (name, operation) in try await Operation.all() {
            let api = APIFixture.asking()
            let admin = try await api.makeKey(scopes: [.admin])
            let (method, path) = try #require(operation.request(name))
            var headers = HTTPFields.bearer(admin)
            let body = operation.body(name)
            if body != nil { headers[.contentType] = "application/json" }
            let answer = try await api.answer(method, path, headers: headers, body: body)
            let isSubmission = [
                "POST /jobs", "POST /jobs:batch", "POST /workflows", "POST /workflows/{id}/jobs",
                "POST /workflows/{id}/seal",
            ]
            .contains(name)
            let isChange = !name.hasPrefix("GET ") && !isSubmission
            let entries = api.audit.recorded
            #expect(entries.count == (isChange ? 1 : 0), "\(name)")
            for entry in entries {
                #expect(entry.status == answer.status && entry.principal == "key:\(admin.keyID)", "\(name)")
                #expect(entry.at == api.clock.timestamp && entry.requestID == "made-here")
                actions.append(entry.action)
            }
        }
        let expected = [
            "job.cancel", "job.redrive", "key.create", "key.revoke", "key.rotate", "schedule.delete", "schedule.pause",
            "schedule.resume", "schedule.run", "schedule.set", "type.limit", "type.pause", "type.resume",
            "workflow.cancel",
            "workflow.retry",
        ]
        #expect(actions.sorted() == expected)
    }

    @Test("says who did what to which, also if it was refused, and administrators read it page by page")
    func entries() async throws {
        let api = APIFixture.asking()
        let admin = try await api.makeKey(scopes: [.admin])
        let acme = try await api.makeKey(tenant: "acme", scopes: [.cancelJobs])
        var job = Job.sample()
        job.tenant = "acme"
        api.store.put(job)
        let start = api.clock.timestamp
        for path in ["/jobs/\(job.id)/cancel", "/jobs/\(job.id)/redrive", "/jobs/\(acme.revealed())/cancel"] {
            api.clock.advance(by: .seconds(1))
            _ = try await api.answer(.post, path, headers: .bearer(acme))
        }
        var rows: [JSONValue] = []
        var cursor: String?
        repeat {
            let query = "?limit=1" + (cursor.map { "&cursor=\($0)" } ?? "")
            let answer = try await api.answer(.get, "/audit\(query)", headers: .bearer(admin))
            #expect(answer.status == 200)
            rows += answer.json?["audit"]?.arrayValue ?? []
            cursor = answer.json?["nextCursor"]?.stringValue
        } while cursor != nil
        func row(_ action: String, _ status: Int, _ seconds: Int, subject: String?) -> JSONValue {
            var row: JSONObject = [
                "at": .string("\(start + .seconds(seconds))"), "principal": .string("key:\(acme.keyID)"),
                "tenant": "acme", "action": .string(action),
            ]
            row["subject"] = subject.map(JSONValue.string)
            row["status"] = .int(status)
            row["requestId"] = "made-here"
            return .object(row)
        }
        let shown = rows.map { row in
            var members = row.objectValue ?? [:]
            // Where the test's connection comes from is nobody's promise.
            members["address"] = nil
            return JSONValue.object(members)
        }
        #expect(
            shown == [
                row("job.cancel", 404, 3, subject: nil), row("job.redrive", 403, 2, subject: "\(job.id)"),
                row("job.cancel", 200, 1, subject: "\(job.id)"),
            ]
        )
        #expect(!"\(api.logs.entries)\(api.audit.recorded)".contains(acme.revealed().suffix(38)))
        #expect(api.logs.entries.filter { "\($0.message)" == "change" }.count == 3)
    }

    @Test("A change is made and answered although its entry cannot be written, and the log has it as an error")
    func outage() async throws {
        let api = APIFixture()
        let job = Job.sample()
        api.store.put(job)
        api.audit.fail(with: .outage)
        #expect(try await api.answer(.post, "/jobs/\(job.id)/cancel").status == 200)
        let line = try #require(api.logs.entries.first { "\($0.message)" == "the audit entry could not be written" })
        #expect(line.level == .error && line.metadata["audit.subject"] == "\(job.id)")
        #expect(line.metadata["principal"] == "anyone")
        #expect(try await api.answer(.get, "/audit").status == 503)
    }
}
