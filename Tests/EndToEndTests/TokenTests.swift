import FoundationEssentials
import HTTPTypes
import JobsysAWSTestKit
import JobsysClient
import JobsysJSON
import JobsysTokenTestKit
import Synchronization
import Testing

@Suite("Tokens", .endToEnd, .timeLimit(.minutes(15)))
struct TokenTests {
    @Test(
        "of an issuer let its people in, each to their own tenant's jobs, whatever becomes of the issuer",
        .deployment(.worker)
    )
    func tokens() async throws {
        let deployment = try Deployment.current
        let (first, second) = (try await TokenSigner.rs256("2025"), try await TokenSigner.es256("2026"))
        let issuer = Issuer(keys: [first])
        let answer: ScriptedServer.Handler = { issuer.answer($0) }
        try await ScriptedServer.with(handler: answer) { server in
            issuer.url = server.url
            let settings = [
                "AUTH": "required", "JWT_ISSUER": server.url, "JWT_AUDIENCE": "jobsys", "JWT_TENANT_CLAIM": "org",
            ]
            let api = try await deployment.start(.api, settings)
            func token(_ subject: String, _ org: String, by signer: TokenSigner) throws -> String {
                let end = JSONNumber(Int(Date().timeIntervalSince1970) + 3600)
                return try signer.token([
                    "iss": .string(server.url), "aud": ["other", "jobsys"], "sub": .string(subject),
                    "org": .string(org),
                    "scope": "openid jobs:submit jobs:read", "exp": .number(end),
                ])
            }
            var jobctl = try await Jobctl.current
            jobctl.settings = ["JOBSYS_TOKEN": try token("ada", "acme", by: first)]
            let done = try await jobctl.run("submit", "transform", "--payload", #"{"text": "x"}"#, "--wait")
            #expect(done.status == .exited(0), "\(done.errors)")
            let job = try #require(try done.documents.last)
            #expect(job["status"] == "SUCCEEDED" && job["tenant"] == "acme", "\(job)")
            let id = try job.text("jobId")
            let cancelled = try await jobctl.run("cancel", id)
            #expect(cancelled.status == .exited(1) && cancelled.errors.contains("jobs:cancel"), "\(cancelled)")

            jobctl.settings = ["JOBSYS_TOKEN": try token("bob", "other", by: first)]
            #expect(try await jobctl.run("list").documents == [])
            let foreign = try await jobctl.run("show", id)
            #expect(foreign.status == .exited(1) && foreign.errors.contains("no job of this id"), "\(foreign)")
            jobctl.settings = ["JOBSYS_TOKEN": try token("eve", "acme", by: try await .rs256("2024"))]
            let refused = try await jobctl.run("list")
            #expect(refused.status == .exited(1) && refused.errors.contains("credential"), "\(refused)")

            // The issuer is gone; who is known stays known, and so does a token that comes for the first time.
            issuer.isDown = true
            jobctl.settings = ["JOBSYS_TOKEN": try token("cyd", "acme", by: first)]
            #expect(try await jobctl.run("list").documents.map { $0["jobId"] } == [.string(id)])

            // It comes back with another key, which is found by itself; the old one is no good any more.
            issuer.keys = [second]
            issuer.isDown = false
            jobctl.settings = ["JOBSYS_TOKEN": try token("ada", "acme", by: second)]
            try await eventually(within: .seconds(60), "the new key is known") {
                try await jobctl.run("list").status == .exited(0)
            }
            jobctl.settings = ["JOBSYS_TOKEN": try token("ada", "acme", by: first)]
            #expect(try await jobctl.run("list").status == .exited(1))

            let principals = Set(api.lines("request").compactMap { $0["principal"] })
            #expect(principals == ["oidc:ada", "oidc:bob", "oidc:cyd"])
            #expect(!api.process.output.text.contains("eyJ"))
        }
    }
}

/// An issuer of tokens.
private final class Issuer: Sendable {
    private struct State {
        var url = ""
        var keys: [TokenSigner]
        var isDown = false
    }

    private let state: Mutex<State>

    init(keys: [TokenSigner]) { state = Mutex(State(keys: keys)) }

    var url: String {
        get { state.withLock(\.url) }
        set { state.withLock { $0.url = newValue } }
    }

    var keys: [TokenSigner] {
        get { state.withLock(\.keys) }
        set { state.withLock { $0.keys = newValue } }
    }

    var isDown: Bool {
        get { state.withLock(\.isDown) }
        set { state.withLock { $0.isDown = newValue } }
    }

    func answer(_ request: ReceivedRequest) -> Script {
        let state = state.withLock { $0 }
        if state.isDown { return .closeWithoutAnswer }
        switch request.path {
        case "/.well-known/openid-configuration":
            let document: JSONValue = ["issuer": .string(state.url), "jwks_uri": .string("\(state.url)/keys")]
            return .json(document.serializedString)
        case "/keys":
            return .json(JSONValue.object(["keys": .array(state.keys.map(\.publicKey))]).serializedString)
        default: return .respond(404)
        }
    }
}
