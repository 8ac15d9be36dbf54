import FoundationEssentials
import HTTPTypes
import JobsysAWSTestKit
import JobsysCore
import JobsysHTTP
import JobsysHashing
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysDeadLetters

@Suite("The webhook", .timeLimit(.minutes(1)))
struct WebhookNotifierTests {
    private let incident = Incident(
        id: .job(JobID(at: .sample), generation: 0),
        tenant: "default",
        jobType: "email",
        failure: Job.RecordedFailure(errorClass: .validation, message: "no such account", at: .sample),
        attempts: 1,
        traceID: Job.sample().traceID,
        excerpt: "secret"
    )

    private func notifier(_ server: ScriptedServer, secret: String? = nil) async throws -> WebhookNotifier {
        WebhookNotifier(
            url: try #require(URL(string: "http://\(server.authority)/services/T0/B0?x=1")),
            secret: secret,
            transport: try CurlTransport(),
            now: { .sample }
        )
    }

    @Test("takes a text that Slack shows, and the incident without its payload, signed with the secret")
    func post() async throws {
        try await ScriptedServer.with(responses: [.respond(200)]) { server in
            try await notifier(server, secret: "0123456789abcdef").notify(incident, withheld: 2)
            let request = try #require(server.requests.first)
            #expect(request.path == "/services/T0/B0?x=1")
            let body = try JSONValue(parsing: request.text)
            #expect(body["text"]?.stringValue == incident.summary(withheld: 2))
            #expect(body["incident"]?["class"] == "VALIDATION")
            #expect(body["incident"]?["withheld"] == 2)
            #expect(!request.text.contains("secret"))
            let name = try #require(HTTPField.Name("Jobsys-Signature"))
            let key = HMACSHA256(key: Array("0123456789abcdef".utf8))
            let code = Hex.encode(key.authenticate("\(Timestamp.sample.seconds).\(request.text)"))
            #expect(request.headers[name] == "t=\(Timestamp.sample.seconds),v1=\(code)")
        }
    }

    @Test(
        "that answers with an error is tried again only if that may help",
        arguments: [(500, true), (429, true), (404, false)]
    )
    func refused(status: Int, isTransient: Bool) async throws {
        try await ScriptedServer.with(responses: [.respond(status)]) { server in
            let notifier = try await notifier(server)
            let error = try #require(
                await #expect(throws: DependencyError.self) { try await notifier.notify(incident, withheld: 0) }
            )
            #expect(error.isTransient == isTransient)
            #expect(!"\(error)".contains("services"))
        }
    }

    @Test("that is not there is an outage, whose text does not hold the URL")
    func unreachable() async throws {
        let url = try #require(URL(string: "http://127.0.0.1:1/services/T0"))
        let notifier = WebhookNotifier(url: url, secret: nil, transport: try CurlTransport())
        let error = try #require(
            await #expect(throws: DependencyError.self) { try await notifier.notify(incident, withheld: 0) }
        )
        #expect(error.isTransient)
        #expect(!"\(error)".contains("services"))
    }
}
