import HTTPTypes
import JobsysCore
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysAPI

@Suite("The console's pages for administrators", .timeLimit(.minutes(1)))
struct ConsoleAdministrationTests {
    @Test("make a key that works and is shown this once, replace it, and end it")
    func keys() async throws {
        let api = APIFixture.asking()
        let cookie = try await api.session(scopes: [.admin])
        func send(_ path: String, _ body: String) async throws -> Answer {
            var headers = HTTPFields.ownForm
            headers[.cookie] = cookie
            return try await api.answer(.post, path, headers: headers, body: body)
        }
        func list() async throws -> String {
            try await api.answer(.get, "/console/keys", headers: [.cookie: cookie]).text
        }
        let made = try await send(
            "/console/keys",
            "name=ci&tenant=acme&types=http%2C+image.resize&days=30&scope.jobs%3Asubmit=on"
        )
        #expect(made.status == 200 && made.headers[.cacheControl] == "no-store")
        let text = try #require(made.text.firstMatch(of: #/data-copy="(jobsys_[^"]+)"/#)).1
        let key = try #require(APIKeyText(String(text)))
        let record = try #require(try await api.keys.key(key.keyID))
        #expect(record.tenant == "acme" && record.scopes == [.submitJobs] && record.name == "ci")
        #expect(record.types == ["http", "image.resize"])
        #expect(record.expiresAt == api.clock.timestamp + .seconds(30 * 86400))
        #expect(try await list().contains(key.keyID))
        #expect(try await !list().contains(text))
        let rotated = try await send("/console/keys/\(key.keyID)/rotate", "")
        #expect(rotated.status == 200 && rotated.text.contains("in the place of \(key.keyID)"))
        #expect(try await send("/console/keys/\(key.keyID)/revoke", "").headers[.location] == "/console/keys")
        #expect(try await api.keys.key(key.keyID)?.status(at: api.clock.timestamp) == .revoked)
        #expect(try await send("/console/keys/\(key.keyID)/rotate", "").status == 409)
        #expect(api.audit.recorded.map(\.action) == ["key.create", "key.rotate", "key.revoke", "key.rotate"])
        #expect(api.audit.recorded.first?.subject == key.keyID)
    }

    @Test("say what is wrong with a key that is asked for, and keep what was filled in")
    func wrongKey() async throws {
        let api = APIFixture()
        let answer = try await api.form("/console/keys", "name=ci&tenant=ACME&days=soon&types=")
        #expect(answer.status == 422)
        for part in ["<code>/tenant</code>", "<code>/scopes</code>", "<code>/expiresInSeconds</code>"] {
            #expect(answer.text.contains(part))
        }
        #expect(answer.text.contains(#"value="ACME""#) && answer.text.contains(#"value="soon""#))
        #expect(try await api.keys.keys() == [])
    }

    @Test("list changes by who, what and on what, page by page")
    func changes() async throws {
        let api = APIFixture()
        for number in 0..<30 {
            try await api.audit.record(
                AuditEntry(
                    id: "\(number)",
                    at: api.clock.timestamp + .seconds(-number),
                    principal: number == 7 ? "key:<b>" : "key:x",
                    action: "job.cancel",
                    subject: number == 7 ? APIFixture.jobID : nil,
                    status: number == 7 ? 409 : 200
                )
            )
        }
        let page = try await api.answer(.get, "/console/audit").text
        #expect(page.contains("20 changes, and perhaps older ones") && page.contains(#"rel="next""#))
        let one = try await api.answer(.get, "/console/audit?principal=key%3A%3Cb%3E&action=&subject=").text
        #expect(one.contains("1 change, and no more") && !one.contains("<b>"))
        #expect(one.contains(#"href="/console/jobs/\#(APIFixture.jobID)""#))
        #expect(try await api.answer(.get, "/console/audit?action=key.create").text.contains("No change matches"))
    }

    @Test("limit a type, and take its limits away")
    func limits() async throws {
        let api = APIFixture()
        try await api.directory.announce(WorkerRecord.sample(at: api.clock.timestamp))
        try await api.directory.announce(["http"], at: api.clock.timestamp)
        func limits() async throws -> TypeLimits? {
            try await api.directory.types().first { $0.name == "http" }?.limits
        }
        let path = "/console/types/http/limits"
        #expect(try await api.form(path, "rate=5&concurrency=").headers[.location] == "/console/types")
        #expect(try await limits() == TypeLimits(rate: 5))
        #expect(try await api.answer(.get, "/console/types").text.contains("5 a second"))
        #expect(try await api.form(path, "rate=many&concurrency=").status == 422)
        #expect(try await api.form(path, "rate=&concurrency=2").status == 303)
        #expect(try await limits() == TypeLimits(concurrency: 2))
    }
}
