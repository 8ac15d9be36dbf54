import HTTPTypes
import JobsysAWSTestKit
import JobsysCore
import JobsysHTTP
import JobsysHashing
import JobsysJSON
import JobsysServiceRuntime
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

    /// A notifier as a start makes it whose `INCIDENT_WEBHOOK_URL` is this.
    private func notifier(_ url: String, secret: String? = nil) throws -> WebhookNotifier {
        let environment = ["INCIDENT_WEBHOOK_URL": url]
        let settings = try NotificationSettings(config: ServiceStart(environment: environment).config)
        return WebhookNotifier(
            url: try #require(settings.webhook),
            secret: secret,
            transport: try CurlTransport(),
            now: { .sample }
        )
    }

    private func notifier(_ server: ScriptedServer, secret: String? = nil) throws -> WebhookNotifier {
        try notifier("http://\(server.authority)/services/T0/B0?x=1", secret: secret)
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
            let notifier = try notifier(server)
            let error = try #require(
                await #expect(throws: DependencyError.self) { try await notifier.notify(incident, withheld: 0) }
            )
            #expect(error.isTransient == isTransient)
            #expect(!"\(error)".contains("services"))
        }
    }

    @Test(
        "is asked as its URL says by RFC 3986: any case of the scheme, the target as it is written",
        arguments: [
            ("HTTP://127.0.0.1:PORT/B?a=%2F&b=", "/B?a=%2F&b="), ("http://127.0.0.1:PORT", "/"),
            ("http://127.0.0.1:PORT?q", "/?q"), ("http://127.0.0.1:PORT/a/../b/;c=1?#fragment", "/a/../b/;c=1?"),
            ("http://127.0.0.1:PORT/?a[]=1", "/?a[]=1"),
        ]
    )
    func target(url: String, target: String) async throws {
        try await ScriptedServer.with(responses: [.respond(200)]) { server in
            let url = url.split(separator: "PORT", omittingEmptySubsequences: false).joined(separator: "\(server.port)")
            try await notifier(url).notify(incident, withheld: 0)
            #expect(server.requests.map(\.path) == [target])
            #expect(server.requests.map { $0.headers[.authorization] } == [nil])
        }
    }

    @Test("gets the user and the password of its URL as RFC 7617 says")
    func credentials() async throws {
        try await ScriptedServer.with(responses: [.respond(200)]) { server in
            try await notifier("http://user:pa%20ss@\(server.authority)/b").notify(incident, withheld: 0)
            // "user:pa ss" in base64.
            #expect(server.requests.map { $0.headers[.authorization] } == ["Basic dXNlcjpwYSBzcw=="])
            #expect(server.requests.map(\.path) == ["/b"])
        }
    }

    @Test("may have an IPv6 address")
    func ipv6() async throws {
        let notifier = try notifier("http://[::1]:1/b")
        let error = await #expect(throws: DependencyError.self) { try await notifier.notify(incident, withheld: 0) }
        // Nobody listens there, but it is tried.
        #expect(error?.code == "cannotConnect")
    }

    @Test(
        "whose URL cannot be asked stops the start",
        arguments: ["ftp://host/", "http:///b", "http://[::1/b", "host"]
    )
    func malformed(url: String) {
        let error = #expect(throws: ConfigurationErrors.self) { try notifier(url) }
        #expect(
            error?.description == #"INCIDENT_WEBHOOK_URL: found "[redacted]", expected an http or https URL"#
        )
    }

    @Test("that is not there is an outage, whose text does not hold the URL")
    func unreachable() async throws {
        let notifier = try notifier("http://127.0.0.1:1/services/T0")
        let error = try #require(
            await #expect(throws: DependencyError.self) { try await notifier.notify(incident, withheld: 0) }
        )
        #expect(error.isTransient)
        #expect(!"\(error)".contains("services"))
    }
}
