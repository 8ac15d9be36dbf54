import HTTPTypes
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("The routes of keys", .timeLimit(.minutes(1)))
struct KeyRouteTests {
    private let api = APIFixture.asking()

    private func post(_ path: String, _ body: String? = nil, as key: APIKeyText) async throws -> Answer {
        var headers = HTTPFields.bearer(key)
        if body != nil { headers[.contentType] = "application/json" }
        return try await api.answer(.post, path, headers: headers, body: body)
    }

    @Test("make a key that is shown once, works at once, and allows what was asked for")
    func create() async throws {
        let admin = try await api.makeKey(scopes: [.admin])
        let body = """
            {"tenant": "acme", "scopes": ["jobs:read", "jobs:submit"], "types": ["http"], "expiresInSeconds": 60, \
            "name": "deploys"}
            """
        let answer = try await post("/keys", body, as: admin)
        #expect(answer.status == 201)
        #expect(answer.headers[.cacheControl] == "no-store")
        let text = try #require(answer.json?["key"]?.stringValue.flatMap(APIKeyText.init))
        var expected: JSONObject = [
            "keyId": .string(text.keyID), "ending": .string(text.ending), "status": "active", "tenant": "acme",
            "scopes": ["jobs:read", "jobs:submit"], "types": ["http"], "name": "deploys",
            "createdAt": .string("\(api.clock.timestamp)"), "createdBy": .string("key:\(admin.keyID)"),
            "expiresAt": .string("\(api.clock.timestamp + .seconds(60))"),
        ]
        let listed = try await api.answer(.get, "/keys", headers: .bearer(admin))
        let row = listed.json?["keys"]?.arrayValue?.first { $0["keyId"]?.stringValue == text.keyID }
        #expect(row == .object(expected))
        #expect(!listed.text.contains(text.revealed().suffix(38)))
        expected["key"] = .string(text.revealed())
        #expect(answer.json == .object(expected))
        #expect(try await api.answer(.get, "/jobs", headers: .bearer(text)).status == 200)
        #expect(try await api.answer(.get, "/incidents", headers: .bearer(text)).status == 403)
        #expect(!"\(api.logs.entries)".contains(text.revealed().suffix(38)))
    }

    @Test("take a whole number however it is written", arguments: ["935", "935.0", "9.35e2"])
    func wholeNumbers(text: String) async throws {
        let admin = try await api.makeKey(scopes: [.admin])
        let made = try await post("/keys", #"{"scopes": ["jobs:read"], "expiresInSeconds": \#(text)}"#, as: admin)
        #expect(made.status == 201)
        #expect(made.json?["expiresAt"]?.stringValue == "\(api.clock.timestamp + .seconds(935))")
        let id = try #require(made.json?["keyId"]?.stringValue)
        let rotated = try await post("/keys/\(id)/rotate", #"{"overlapSeconds": \#(text)}"#, as: admin)
        #expect(rotated.status == 201)
    }

    @Test("refuse what no key can be, and say every member that is wrong")
    func refused() async throws {
        let admin = try await api.makeKey(scopes: [.admin])
        for (body, pointers) in [
            ("{}", ["/scopes"]), (#"{"scopes": []}"#, ["/scopes"]), (#"{"scopes": "admin"}"#, ["/scopes"]),
            (#"{"scopes": ["jobs:read", "moon:land", 1]}"#, ["/scopes/1", "/scopes/2"]),
            (#"{"scopes": ["admin"], "scope": 1}"#, ["/scope"]),
            (
                #"{"scopes": ["admin"], "tenant": "A B", "types": ["X"], "expiresInSeconds": 0, "name": ""}"#,
                ["/tenant", "/types", "/expiresInSeconds", "/name"]
            ),
            (
                #"{"scopes": ["admin"], "tenant": 1, "types": [], "expiresInSeconds": 1.5, "name": 1}"#,
                ["/tenant", "/types", "/expiresInSeconds", "/name"]
            ),
        ] {
            let answer = try await post("/keys", body, as: admin)
            #expect(answer.status == 422, "\(body)")
            let found = answer.json?["errors"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue }
            #expect(found == pointers, "\(body)")
        }
        #expect(try await api.keys.keys().count == 1)
    }

    @Test("replace a key: both work for as long as was said, and then the new one alone")
    func rotate() async throws {
        let admin = try await api.makeKey(scopes: [.admin])
        let old = try await api.makeKey(tenant: "acme", scopes: [.readJobs], types: ["http"])
        #expect(try await api.answer(.get, "/jobs", headers: .bearer(old)).status == 200)
        let answer = try await post("/keys/\(old.keyID)/rotate", #"{"overlapSeconds": 60}"#, as: admin)
        #expect(answer.status == 201)
        let new = try #require(answer.json?["key"]?.stringValue.flatMap(APIKeyText.init))
        #expect(answer.json?["tenant"] == "acme" && answer.json?["types"] == ["http"])
        #expect(answer.json?["replaces"]?["keyId"]?.stringValue == old.keyID)
        #expect(answer.json?["replaces"]?["expiresAt"]?.stringValue == "\(api.clock.timestamp + .seconds(60))")
        for key in [old, new] { #expect(try await api.answer(.get, "/jobs", headers: .bearer(key)).status == 200) }
        api.clock.advance(by: .seconds(60))
        #expect(try await api.answer(.get, "/jobs", headers: .bearer(old)).status == 401)
        #expect(try await api.answer(.get, "/jobs", headers: .bearer(new)).status == 200)
        let again = try await post("/keys/\(old.keyID)/rotate", as: admin)
        #expect(again.status == 409)
        #expect(try await api.keys.keys().count == 3)
        // Without a body, a day.
        let next = try await post("/keys/\(new.keyID)/rotate", as: admin)
        #expect(next.json?["replaces"]?["expiresAt"]?.stringValue == "\(api.clock.timestamp + .seconds(86400))")
        for body in [#"{"overlapSeconds": -1}"#, #"{"overlapSeconds": "x"}"#, #"{"overlap": 1}"#] {
            #expect(try await post("/keys/\(new.keyID)/rotate", body, as: admin).status == 422)
        }
    }

    @Test("revoke a key, which the service that does it refuses at once, its own among them")
    func revoke() async throws {
        let admin = try await api.makeKey(scopes: [.admin])
        let key = try await api.makeKey(scopes: [.readJobs])
        #expect(try await api.answer(.get, "/jobs", headers: .bearer(key)).status == 200)
        let answer = try await post("/keys/\(key.keyID)/revoke", as: admin)
        #expect(answer.status == 200)
        #expect(answer.json?["status"] == "revoked")
        #expect(try await api.answer(.get, "/jobs", headers: .bearer(key)).status == 401)
        #expect(try await post("/keys/\(admin.keyID)/revoke", as: admin).status == 200)
        #expect(try await post("/keys/\(key.keyID)/revoke", as: admin).status == 401)
    }

    @Test("know no key of another name", arguments: ["0123456789ABCDEF", "x", "..", "%2e%2e", "é"])
    func missing(id: String) async throws {
        let admin = try await api.makeKey(scopes: [.admin])
        for action in ["rotate", "revoke"] {
            #expect(try await post("/keys/\(id)/\(action)", as: admin).status == 404)
        }
    }
}
