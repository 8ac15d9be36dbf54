import HTTPTypes
import InMemoryLogging
import JobsysAPI
import JobsysAWSTestKit
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTokenTestKit
import Logging
import Testing

@Suite("The keys of an issuer of tokens", .timeLimit(.minutes(1)))
struct TokenKeyTests {
    @Test("are read again when a token names one that is not known, and one that is gone lets nobody in any more")
    func rotation() async throws {
        let (old, new) = (try await TokenSigner.es256("old"), try await TokenSigner.es256("new"))
        try await TokenFixture.with([old]) { (fixture) async throws in
            let token = try old.token(fixture.claims)
            #expect(try await fixture.status(token) == 200)
            fixture.answers["/jwks"] = .keys([old, new])
            fixture.api.clock.advance(by: TokenKeyRing.leastInterval)
            #expect(try await fixture.status(try new.token(fixture.claims)) == 200)
            #expect(try await fixture.status(token) == 200)
            #expect(fixture.readings == 2)
            fixture.answers["/jwks"] = .keys([new])
            fixture.api.clock.advance(by: TokenKeyRing.freshness)
            await fixture.keys.refreshIfDue()
            // It was good until now, and would be for minutes.
            #expect(try await fixture.status(token) == 401)
            #expect(fixture.lastLine["refusal"] == "unknown key")
            #expect(try await fixture.status(try new.token(fixture.claims)) == 200)
        }
    }

    @Test("are read twice in half a minute by nobody, however many ids are made up")
    func leastInterval() async throws {
        let signer = try await TokenSigner.es256("k")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            await fixture.keys.refresh()
            for round in 0..<3 {
                for number in 0..<20 {
                    let token = try signer.token(fixture.claims, header: ["kid": .string("\(round)-\(number)")])
                    #expect(try await fixture.status(token) == 401)
                }
                #expect(fixture.readings == 1 + round)
                fixture.api.clock.advance(by: TokenKeyRing.leastInterval)
            }
        }
    }

    @Test("are read once for all who ask at the same time")
    func together() async throws {
        let signer = try await TokenSigner.es256("k")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            fixture.answers["/jwks"] = .delayed(.milliseconds(300), .keys([signer]))
            let token = try signer.token(fixture.claims)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await fixture.status(token) } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(fixture.readings == 1)
        }
    }

    @Test(
        "stay as they were for as long as they cannot be read, whatever is wrong with the issuer",
        arguments: [
            ("down", Script.closeWithoutAnswer), ("reset", .reset), ("error", .respond(503)),
            ("moved", .redirect(302, to: "/other")), ("giant", .oversized(10_000_000)),
            (
                "giant chunks",
                .respondChunked(
                    status: 200,
                    headers: [:],
                    chunks: Array(repeating: [UInt8](repeating: 32, count: 99_999), count: 9)
                )
            ),
            ("page", .html(200)), ("cut off", .half(#"{"keys": []}"#, then: .closeWithoutAnswer)),
            ("empty", .json("{}")), ("no keys", .json(#"{"keys": []}"#)),
            ("other shape", .json(#"{"keys": {"kty": "RSA"}}"#)),
            ("unusable", .json(#"{"keys": [{"kty": "oct", "k": "AAAA"}]}"#)), ("array", .json("[]")),
            ("deep", .json(String(repeating: "[", count: 100_000))),
            ("too many", .json(#"{"keys": ["# + Array(repeating: "{}", count: 101).joined(separator: ",") + "]}")),
        ]
    )
    func outage(name: String, script: Script) async throws {
        let signer = try await TokenSigner.es256("k")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            #expect(try await fixture.status(try signer.token(fixture.claims)) == 200)
            fixture.answers["/jwks"] = script
            // Two hours of it.
            for minutes in [5, 55, 60] {
                fixture.api.clock.advance(by: .seconds(60 * minutes))
                await fixture.keys.refreshIfDue()
                #expect(try await fixture.status(try signer.token(fixture.claims)) == 200, "\(name)")
            }
            #expect(fixture.readings >= 4)
            // And when that is over, they are as fresh as ever.
            let next = try await TokenSigner.es256("next")
            fixture.answers["/jwks"] = .keys([next])
            fixture.api.clock.advance(by: TokenKeyRing.leastInterval)
            #expect(try await fixture.status(try next.token(fixture.claims)) == 200)
            #expect(try await fixture.status(try signer.token(fixture.claims)) == 401)
        }
    }

    @Test("that do not come within seconds hold nobody up whose key is known")
    func slow() async throws {
        let signer = try await TokenSigner.es256("k")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            let token = try signer.token(fixture.claims)
            #expect(try await fixture.status(token) == 200)
            fixture.answers["/jwks"] = .hang
            fixture.api.clock.advance(by: .seconds(300))
            // After five seconds it is given up.
            async let reading: Void = fixture.keys.refreshIfDue()
            #expect(try await fixture.status(token) == 200)
            await reading
            #expect(try await fixture.status(try signer.token(fixture.claims)) == 200)
            #expect(fixture.readings == 2)
        }
    }

    @Test("that were never read let nobody in and turn nobody away: the answer is 503 until they are")
    func neverRead() async throws {
        let signer = try await TokenSigner.es256("k")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            fixture.answers["/jwks"] = nil
            let token = try signer.token(fixture.claims)
            #expect(try await fixture.status(token) == 503)
            #expect(try await fixture.status(token) == 503)
            #expect(fixture.readings == 1)
            // Keys need no issuer.
            let key = try await fixture.api.makeKey(scopes: [.readJobs])
            #expect(try await fixture.api.answer(.get, "/jobs", headers: .bearer(key)).status == 200)
            fixture.answers["/jwks"] = .keys([signer])
            fixture.api.clock.advance(by: TokenKeyRing.leastInterval)
            #expect(try await fixture.status(token) == 200)
        }
    }

    @Test("of unknown kinds and for other purposes are left out, and of two with one id each may have signed")
    func kinds() async throws {
        let (good, twin) = (try await TokenSigner.es256("k"), try await TokenSigner.es256("k"))
        let rsa = try await TokenSigner.rs256("r")
        let encryption = try await TokenSigner.es256("enc")
        var skipped: [JSONValue] = [
            .null, "key", [:], ["kty": "new", "kid": "k"], ["kty": "oct", "kid": "k", "k": "c2VjcmV0", "alg": "HS256"],
            ["kty": "EC", "crv": "P-521", "kid": "k", "x": "AA", "y": "AA"],
            // A point that is not on the curve, and a key of 1024 bits.
            [
                "kty": "EC", "crv": "P-256", "kid": "k", "x": .string(String(repeating: "A", count: 43)),
                "y": .string(String(repeating: "B", count: 43)),
            ],
            ["kty": "RSA", "kid": "r", "n": .string("_" + String(repeating: "w", count: 170)), "e": "AQAB"],
        ]
        for change in [["use": "enc"], ["alg": "ES384"], ["key_ops": ["sign"]], ["key_ops": "verify"]] as [JSONObject] {
            skipped.append(.object(try #require(encryption.publicKey.objectValue).merged(with: change)))
        }
        try await TokenFixture.with([]) { (fixture) async throws in
            fixture.answers["/jwks"] = .keys([good, twin, rsa], others: skipped)
            for signer in [good, twin, rsa] {
                #expect(try await fixture.status(try signer.token(fixture.claims)) == 200)
            }
            #expect(try await fixture.status(try encryption.token(fixture.claims)) == 401)
        }
    }

    @Test("are found by the issuer's discovery document, if it is that issuer's and names a place to be trusted")
    func discovery() async throws {
        let signer = try await TokenSigner.es256("k")
        let path = "/.well-known/openid-configuration"
        try await TokenFixture.with([signer], discovering: true) { (fixture) async throws in
            let claims = fixture.claims.merged(with: ["iss": .string(fixture.server.url)])
            let token = try signer.token(claims)
            let keys = "\(fixture.server.url)/jwks"
            let documents: [JSONObject] = [
                [:], ["issuer": .string(fixture.server.url)],
                ["issuer": "https://evil.example", "jwks_uri": .string(keys)],
                ["issuer": .string(fixture.server.url), "jwks_uri": "http://192.0.2.1/jwks"],
                ["issuer": .string(fixture.server.url), "jwks_uri": "file:///etc/passwd"],
                ["issuer": .string("\(fixture.server.url)/"), "jwks_uri": .string(keys)],
            ]
            for document in documents {
                fixture.answers[path] = .json(JSONValue.object(document).serializedString)
                #expect(try await fixture.status(token) == 503, "\(document)")
                fixture.api.clock.advance(by: TokenKeyRing.leastInterval)
            }
            #expect(fixture.readings == 0)
            let right: JSONObject = ["issuer": .string(fixture.server.url), "jwks_uri": .string(keys)]
            fixture.answers[path] = .json(JSONValue.object(right).serializedString)
            #expect(try await fixture.status(try signer.token(claims)) == 200)
        }
    }
}
