import HTTPTypes
import InMemoryLogging
import JobsysAPI
import JobsysAWSTestKit
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysTestKit
import JobsysTime
import JobsysTokenTestKit
import Logging
import Synchronization

/// An API that takes tokens of an issuer, whose keys are served by a real server.
struct TokenFixture: Sendable {
    static let issuer = "https://login.example.com/realm"
    static let audience = "jobsys"

    let api: APIFixture
    let keys: TokenKeyRing
    let server: ScriptedServer
    /// What the issuer answers, by path; anything else is not found.
    let answers: Answers

    final class Answers: Sendable {
        private let scripts = Mutex<[String: Script]>([:])

        subscript(path: String) -> Script? {
            get { scripts.withLock { $0[path] } }
            set { scripts.withLock { $0[path] = newValue } }
        }
    }

    private static let transport: CurlTransport = {
        do {
            var configuration = CurlTransport.Configuration()
            TokenKeySource.limit(&configuration)
            // Tests run side by side, and one of them is never answered.
            configuration.maxConnections = 64
            return try CurlTransport(configuration: configuration)
        } catch {
            preconditionFailure("no HTTP client: \(error)")
        }
    }()

    static func with(
        _ signers: [TokenSigner],
        tenantClaim: String? = "org",
        scopesClaim: String = TokenRules.scopesClaim,
        discovering: Bool = false,
        _ body: (TokenFixture) async throws -> Void
    ) async throws {
        let answers = Answers()
        answers["/jwks"] = .keys(signers)
        let answer: ScriptedServer.Handler = { answers[$0.path] ?? .respond(404) }
        try await ScriptedServer.with(handler: answer) { server in
            var api = APIFixture.asking()
            guard let url = HTTPURL("\(server.url)\(discovering ? "" : "/jwks")") else { return }
            let keys = TokenKeyRing(
                TokenKeySource(
                    discovering ? .discovered(issuer: server.url, url) : .known(url),
                    transport: transport
                ),
                clock: api.clock
            )
            let rules = TokenRules(
                issuer: discovering ? server.url : issuer,
                audience: audience,
                tenantClaim: tenantClaim,
                scopesClaim: scopesClaim
            )
            api.tokens = TokenVerifier(rules, keys: keys, now: { [clock = api.clock] in clock.timestamp })
            try await body(TokenFixture(api: api, keys: keys, server: server, answers: answers))
        }
    }

    /// The clock's time as claims have it.
    var now: Int { Int(api.clock.timestamp.milliseconds / 1000) }

    /// Claims that let somebody read the jobs of acme for ten minutes.
    var claims: JSONObject {
        [
            "iss": .string(Self.issuer), "aud": .string(Self.audience), "sub": "alice", "org": "acme",
            "scope": "openid jobs:read moon:land", "exp": .number(JSONNumber(now + 600)),
        ]
    }

    /// The status of a request for jobs with a token.
    func status(_ token: String) async throws -> Int {
        try await api.answer(.get, "/jobs", headers: [.authorization: "Bearer \(token)"]).status
    }

    /// What the log says of the last request.
    var lastLine: Logger.Metadata {
        api.logs.entries.last { "\($0.message)" == "request" }?.metadata ?? [:]
    }

    /// How often keys were asked for.
    var readings: Int { server.requests.count { $0.path == "/jwks" } }
}

extension Script {
    /// A key set.
    static func keys(_ signers: [TokenSigner], others: [JSONValue] = []) -> Script {
        .json(JSONValue.object(["keys": .array(others + signers.map(\.publicKey))]).serializedString)
    }
}
