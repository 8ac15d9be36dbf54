import HTTPTypes
import Hummingbird
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Who may use a route", .timeLimit(.minutes(5)))
struct AccessTests {
    /// Whoever may ask without a credential.
    private static let open: Set = ["GET /openapi.json", "GET /healthz", "GET /readyz"]

    @Test("is decided for every route, as the contract says, whoever comes")
    func matrix() async throws {
        for (name, operation) in try await Operation.all() {
            let security = try #require(operation["security"]?.arrayValue, "\(name) says nothing of security")
            let scope = security.first?["apiKey"]?[0]?.stringValue.flatMap(Scope.init)
            #expect(security.isEmpty == Self.open.contains(name), "\(name)")
            #expect(security.isEmpty == (scope == nil), "\(name)")
            for caller in Caller.all {
                let api = APIFixture.asking()
                let (method, path) = try #require(operation.request(name))
                var headers = try await caller.headers(api)
                let body = operation.body(name)
                if body != nil { headers[.contentType] = "application/json" }
                let answer = try await api.answer(method, path, headers: headers, body: body)
                let promised = (operation["responses"]?.objectValue?.keys ?? []).compactMap { Int($0) }
                #expect(promised.contains(answer.status), "\(name) for \(caller): \(answer.status)")
                #expect(answer.status < 500, "\(name) for \(caller): \(answer.text)")
                check(answer, caller.allowance(scope), scope, "\(name) for \(caller)")
            }
        }
    }

    private func check(_ answer: Answer, _ allowance: Caller.Allowance, _ scope: Scope?, _ name: Comment) {
        switch allowance {
        case .allowed: #expect(![401, 403, 429].contains(answer.status), name)
        case .unknown:
            #expect(answer.status == 401, name)
            #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true, name)
        case .lacking:
            #expect(answer.status == 403, name)
            #expect(answer.json?["detail"]?.stringValue?.contains(scope?.rawValue ?? "?") == true, name)
            #expect(answer.headers[.wwwAuthenticate]?.contains(scope?.rawValue ?? "?") == true, name)
        }
    }

    @Test("A route that nobody has decided on is closed, and is found by looking at the router's own list")
    func undecided() async throws {
        for asks in [true, false] {
            var api = APIFixture()
            api.asksForCredentials = asks
            let router = api.router()
            let known = try await Operation.all().map(\.0)
            for route in router.routes where route.method != .head && !route.isPage {
                #expect(known.contains("\(route.method.rawValue) \(route.path)"), "\(route.path) is in no contract")
            }
            router.get("planted") { _, _ in "reached" }
            let application = buildApplication(
                router: router,
                host: "127.0.0.1",
                port: 0,
                options: api.options,
                logger: api.logger
            )
            let answer = try await application.test(.router) { client in
                Answer(try await client.execute(uri: "/planted", method: .get))
            }
            #expect(answer.status == 500)
            #expect(answer.json?["detail"] == "This path is closed: nobody has said who may use it.")
        }
    }

    @Test("Keys that are unknown, revoked, expired, of another stage or malformed get one and the same answer")
    func sameAnswer() async throws {
        var documents: Set<JSONValue> = []
        for caller in Caller.all where caller.allowance(.readJobs) == .unknown && caller != .none {
            let api = APIFixture.asking()
            let answer = try await api.answer(.get, "/jobs", headers: try await caller.headers(api))
            #expect(answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
            documents.insert(try #require(answer.json))
        }
        let document = try #require(documents.first)
        #expect(documents.count == 1)
        #expect(document["type"] == "urn:jobsys:problem:invalid-credential")
        let none = try await APIFixture.asking().answer(.get, "/jobs")
        #expect(none.headers[.wwwAuthenticate] == "Bearer")
        #expect(
            none.json
                == problem(
                    401,
                    "Unauthorized",
                    "This needs a credential: Authorization: Bearer and an API key or token."
                )
        )
    }

    @Test(
        "A header that is no bearer's credential is refused and costs no look at the table",
        arguments: [
            "", "Bearer", "Bearer ", "Basic YTpi", "bearer x y", "Bearer jobsys_dev_x_y", "jobsys_dev_a_b",
            "Bearer jobsys_prod_0123456789ABCDEF_0123456789ABCDEFGHIJKLMNOPQRSTUV2W4PsJ",
        ]
    )
    func malformed(header: String) async throws {
        let api = APIFixture.asking()
        let answer = try await api.answer(.get, "/jobs", headers: [.authorization: header])
        #expect(answer.status == 401)
        #expect(api.keys.lookups == 0)
    }

    @Test("Two credentials at once are none")
    func twice() async throws {
        let api = APIFixture.asking()
        let text = try await api.makeKey(scopes: [.readJobs])
        var headers = HTTPFields()
        for _ in 0..<2 { headers.append(HTTPField(name: .authorization, value: "Bearer \(text.revealed())")) }
        #expect(try await api.answer(.get, "/jobs", headers: headers).status == 401)
        #expect(try await api.answer(.get, "/jobs", headers: .bearer(text, scheme: "bEARER")).status == 200)
    }

    @Test("No part of a secret is in a log or an answer, and the log says whose request it was and why one was refused")
    func log() async throws {
        let api = APIFixture.asking()
        let text = try await api.makeKey(tenant: "acme", scopes: [.readJobs])
        let wrong = APIKeyText.make(stage: "dev")
        var answers: [Answer] = []
        for (method, path, key) in [
            (.get, "/jobs", text), (.post, "/jobs", text), (.get, "/jobs", wrong),
            (.get, "/jobs/\(text.revealed())", text),
        ] as [(HTTPRequest.Method, String, APIKeyText)] {
            answers.append(try await api.answer(method, path, headers: .bearer(key)))
        }
        #expect(answers.map(\.status) == [200, 403, 401, 404])
        for secret in [text, wrong].map({ $0.revealed().suffix(38) }) {
            #expect(!"\(api.logs.entries)".contains(secret))
            #expect(!answers.contains { "\($0)".contains(secret) })
        }
        let lines = api.logs.entries.filter { "\($0.message)" == "request" }
        #expect(lines[0].metadata["principal"] == "key:\(text.keyID)")
        #expect(lines[0].metadata["tenant"] == "acme")
        #expect(lines[2].metadata["principal"] == "key:\(wrong.keyID)")
        #expect(lines[2].metadata["refusal"] == "unknown")
    }
}

/// Who sends a request.
enum Caller: Sendable, Hashable {
    case none, malformed, unknown, wrongSecret, otherStage, expired, revoked
    case holding(Scope)
    case holdingAllBut(Scope)
    case operatorHolding(Scope)

    static let all: [Caller] =
        [.none, .malformed, .unknown, .wrongSecret, .otherStage, .expired, .revoked]
        + Scope.allCases.flatMap { [.holding($0), .holdingAllBut($0)] } + [
            .operatorHolding(.readJobs), .operatorHolding(.admin),
        ]

    enum Allowance { case allowed, unknown, lacking }

    /// What becomes of a request for something that asks for a scope, or for nothing.
    func allowance(_ scope: Scope?) -> Allowance {
        guard let scope else { return .allowed }
        switch self {
        case .none, .malformed, .unknown, .wrongSecret, .otherStage, .expired, .revoked: return .unknown
        case .holding(let own), .operatorHolding(let own): return own == scope || own == .admin ? .allowed : .lacking
        case .holdingAllBut(let missing): return missing == scope || scope == .admin ? .lacking : .allowed
        }
    }

    /// What the caller shows, after a key has been made for it.
    func headers(_ api: APIFixture) async throws -> HTTPFields {
        let text: APIKeyText
        switch self {
        case .none: return [:]
        case .malformed: return [.authorization: "Bearer secret"]
        case .unknown: text = .make(stage: "dev")
        case .wrongSecret:
            // The checksum is right, and there is a key of this id; it has another secret.
            var (key, own) = APIKey.sample(scopes: [.admin], at: api.clock.timestamp)
            key.hash = APIKeyText.make(stage: "dev").hash
            try await api.keys.create(key)
            text = own
        case .otherStage: text = try await api.makeKey(stage: "prod", scopes: [.admin])
        case .expired: text = try await api.makeKey(scopes: [.admin], expiresAt: api.clock.timestamp)
        case .revoked:
            text = try await api.makeKey(scopes: [.admin])
            _ = try await api.keys.revoke(text.keyID, at: api.clock.timestamp)
        case .holding(let scope): text = try await api.makeKey(tenant: "acme", scopes: [scope])
        case .holdingAllBut(let scope):
            text = try await api.makeKey(tenant: "acme", scopes: Set(Scope.allCases).subtracting([scope, .admin]))
        case .operatorHolding(let scope): text = try await api.makeKey(scopes: [scope])
        }
        return .bearer(text)
    }
}

/// An operation of the contract.
enum Operation {
    /// Each with its method and path.
    static func all() async throws -> [(String, JSONValue)] {
        let document = try JSONValue(parsing: try await APIFixture().answer(.get, "/openapi.json").text)
        let paths = try #require(document["paths"]?.objectValue)
        let methods = ["get", "post", "put", "patch", "delete"]
        var operations: [(String, JSONValue)] = []
        for path in paths.members {
            for member in path.value.objectValue?.members ?? [] where methods.contains(member.key) {
                operations.append(("\(member.key.uppercased()) \(path.key)", member.value))
            }
        }
        return operations
    }
}

extension JSONValue {
    /// The request that the operation of this name is asked by; what its path names is not there.
    func request(_ name: String) -> (HTTPRequest.Method, String)? {
        let parts = name.split(separator: " ")
        guard let method = HTTPRequest.Method(String(parts[0])) else { return nil }
        let id: String = parts[1].hasPrefix("/keys") ? "0123456789ABCDEF" : APIFixture.jobID
        let path = String(parts[1]).replacing("{id}", with: id).replacing("{name}", with: "transform")
        return (method, path)
    }

    /// A body that is taken.
    func body(_ name: String) -> String? {
        switch name {
        case "POST /jobs": #"{"type": "transform", "payload": null}"#
        case "POST /jobs:batch": #"{"jobs": [{"type": "transform", "payload": null}]}"#
        case "POST /workflows/{id}/jobs": #"{"jobs": [{"key": "a", "type": "transform", "payload": null}]}"#
        case "POST /keys": #"{"scopes": ["jobs:read"]}"#
        case "PUT /types/{name}/limits": #"{"rate": 5}"#
        default: nil
        }
    }
}
