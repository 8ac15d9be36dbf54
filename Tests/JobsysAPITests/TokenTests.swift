import FoundationEssentials
import HTTPTypes
import InMemoryLogging
import JobsysAPI
import JobsysAWSTestKit
import JobsysCore
import JobsysHashing
import JobsysJSON
import JobsysPropertyTestKit
import JobsysTestKit
import JobsysTokenTestKit
import Logging
import Testing

@Suite("A JSON Web Token", .timeLimit(.minutes(3)))
struct TokenTests {
    @Test("lets in whoever the issuer says, by each algorithm, and a key beside it goes on as before")
    func algorithms() async throws {
        let signers = [try await TokenSigner.es256("e"), try await .edDSA("d"), try await .rs256("r")]
        try await TokenFixture.with(signers) { (fixture) async throws in
            for signer in signers {
                let token = try signer.token(fixture.claims)
                #expect(try await fixture.status(token) == 200, "\(signer.algorithm)")
                #expect(fixture.lastLine["principal"] == "oidc:alice")
                #expect(fixture.lastLine["tenant"] == "acme")
                let headers: HTTPFields = [.authorization: "bearer \(token)", .contentType: "application/json"]
                let body = #"{"type": "transform", "payload": null}"#
                let refused = try await fixture.api.answer(.post, "/jobs", headers: headers, body: body)
                #expect(refused.status == 403)
                #expect(refused.json?["detail"]?.stringValue?.contains("jobs:submit") == true)
            }
            #expect(fixture.readings == 1)
            let key = try await fixture.api.makeKey(scopes: [.readJobs])
            #expect(try await fixture.api.answer(.get, "/jobs", headers: .bearer(key)).status == 200)
            #expect(!"\(fixture.api.logs.entries)".contains("eyJ"))
        }
    }

    /// Members that take the place of the usual ones, as seconds from now where they are numbers.
    private struct Case {
        let claims: JSONObject
        /// Why it is refused; nil if it is not.
        var refusal: String?
    }

    private static let cases: [Case] = [
        Case(claims: ["iss": "https://login.example.com/realm/"], refusal: "other issuer"),
        Case(claims: ["iss": .null], refusal: "other issuer"),
        Case(claims: ["iss": ["https://login.example.com/realm"]], refusal: "other issuer"),
        Case(claims: ["aud": "jobsys2"], refusal: "other audience"),
        Case(claims: ["aud": "Jobsys"], refusal: "other audience"),
        Case(claims: ["aud": .null], refusal: "other audience"),
        Case(claims: ["aud": []], refusal: "other audience"),
        Case(claims: ["aud": ["a", "jobsys"]]),
        Case(claims: ["exp": -59]),
        Case(claims: ["exp": -60], refusal: "expired"),
        Case(claims: ["exp": .null], refusal: "expired"),
        Case(claims: ["exp": "4000000000"], refusal: "expired"),
        Case(claims: ["exp": number("1e300")], refusal: "expired"),
        Case(claims: ["exp": number("4000000000.5")]),
        Case(claims: ["nbf": 60]),
        Case(claims: ["nbf": 61], refusal: "not valid yet"),
        Case(claims: ["nbf": "soon"], refusal: "not valid yet"),
        Case(claims: ["sub": .null], refusal: "no subject"),
        Case(claims: ["sub": ""], refusal: "no subject"),
        Case(claims: ["org": .null], refusal: "no tenant"),
        Case(claims: ["org": "A B"], refusal: "no tenant"),
        Case(claims: ["org": ["acme"]], refusal: "no tenant"),
        Case(claims: ["scope": ["jobs:read"]]),
    ]

    @Test("is refused for every claim that is missing or wrong, with one answer, and the log says why")
    func claims() async throws {
        let signer = try await TokenSigner.es256("k")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            var documents: Set<JSONValue> = []
            for one in Self.cases {
                let changes = one.claims.members.map { member in
                    (member.key, member.value.intValue.map { .number(JSONNumber(fixture.now + $0)) } ?? member.value)
                }
                let token = try signer.token(fixture.claims.merged(with: JSONObject(changes)))
                let headers: HTTPFields = [.authorization: "Bearer \(token)"]
                let answer = try await fixture.api.answer(.get, "/jobs", headers: headers)
                #expect(answer.status == (one.refusal == nil ? 200 : 401), "\(one)")
                #expect(fixture.lastLine["refusal"].map { "\($0)" } == one.refusal, "\(one)")
                guard one.refusal != nil else { continue }
                #expect(answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
                documents.insert(try #require(answer.json))
            }
            #expect(documents.count == 1 && documents.first?["type"] == "urn:jobsys:problem:invalid-credential")
        }
    }

    @Test("without the tenant's claim is an administrator's, or anybody's where no claim was named")
    func tenants() async throws {
        let signer = try await TokenSigner.es256("k")
        try await TokenFixture.with([signer], scopesClaim: "roles") { (fixture) async throws in
            let claims = fixture.claims.merged(with: ["org": .null, "roles": ["admin"]])
            #expect(try await fixture.status(try signer.token(claims)) == 200)
            #expect(fixture.lastLine["tenant"] == nil)
            // The claim of scopes is the one that was named, and no other.
            #expect(try await fixture.status(try signer.token(fixture.claims)) == 403)
        }
        try await TokenFixture.with([signer], tenantClaim: nil) { (fixture) async throws in
            #expect(try await fixture.status(try signer.token(fixture.claims)) == 200)
            #expect(fixture.lastLine["tenant"] == nil)
        }
    }

    @Test("gives its owner a name that is short, plain and nobody else's")
    func names() async throws {
        let signer = try await TokenSigner.es256("k")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            var names: Set<String> = []
            let subjects = [
                "auth0|5f7c", "a b", "a\nb", "a_b", String(repeating: "x", count: 500),
                String(repeating: "x", count: 501), "é",
            ]
            for subject in subjects {
                let claims = fixture.claims.merged(with: ["sub": .string(subject)])
                #expect(try await fixture.status(try signer.token(claims)) == 200)
                let name = "\(fixture.lastLine["principal"] ?? "")"
                #expect(name.wholeMatch(of: /oidc:[A-Za-z0-9._@|:\/+~-]{1,100}/) != nil, "\(name)")
                names.insert(name)
            }
            #expect(names.count == subjects.count)
            #expect(names.contains("oidc:auth0|5f7c") && names.contains("oidc:a_b"))
        }
    }

    @Test("that was made to deceive is refused: by its algorithm, its key's id, its header, its size or its shape")
    func attacks() async throws {
        let rsa = try await TokenSigner.rs256("r")
        let elliptic = try await TokenSigner.es256("e")
        let stranger = try await TokenSigner.es256("e")
        try await TokenFixture.with([rsa, elliptic]) { (fixture) async throws in
            let claims = fixture.claims
            // A symmetric signature with what everybody knows of the RSA key, in the forms that libraries fell for.
            let modulus = try #require(rsa.publicKey["n"]?.stringValue)
            let symmetric: JSONObject = ["alg": "HS256", "kid": "r"]
            let shared = try [Array(modulus.utf8), rsa.publicKey.serialized(), []]
                .map { secret in
                    let signed = try TokenSigner.signedPart(claims, header: symmetric)
                    return signed + "." + TokenSigner.base64URL(HMACSHA256(key: secret).authenticate(signed))
                }
            let none = try ["none", "None", "NONE", ""]
                .flatMap { name in
                    let signed = try TokenSigner.signedPart(claims, header: ["alg": .string(name)])
                    return [signed + ".", signed, signed + ".AAAA"]
                }
            let good = try elliptic.token(claims)
            let parts = good.split(separator: ".").map(String.init)
            let identifiers = [
                "../../../../dev/null", "e' OR '1'='1", "e\u{0}", "/proc/self/environ", "http://127.0.0.1/jwks", "",
                String(repeating: "e", count: 257), String(repeating: "e", count: 5000), "E", "r",
            ]
            var attacks =
                shared + none + [
                    // Signed by somebody else whose key has the same id; with the key of its own that it brings.
                    try stranger.token(claims),
                    try stranger.token(claims, header: ["jwk": stranger.publicKey]),
                    try stranger.token(claims, header: ["jku": .string("\(fixture.server.url)/evil")]),
                    // A right signature under another algorithm's name, of the same key and of another.
                    try rsa.token(claims, header: ["alg": "PS256"]), try rsa.token(claims, header: ["alg": "RS512"]),
                    try rsa.token(claims, header: ["alg": "ES256"]), try rsa.token(claims, header: ["alg": .null]),
                    try rsa.token(claims, header: ["alg": 1]),
                    // An extension that one has to understand, even an empty list of them.
                    try elliptic.token(claims, header: ["crit": ["exp"]]),
                    try elliptic.token(claims, header: ["crit": []]),
                    try elliptic.token(claims, header: ["kid": 1]), try elliptic.token(claims, header: ["kid": ["e"]]),
                    // Parts that were exchanged, cut off, or added.
                    "\(parts[0]).\(parts[1]).", "\(parts[0])..\(parts[2])", ".\(parts[1]).\(parts[2])", "\(good).",
                    ".\(good)",
                    "\(good).\(parts[2])", "\(good)=", "\(good)A", "..", ".", "...", "....", "eyJ", "e30.e30.e30",
                    "\(parts[1]).\(parts[0]).\(parts[2])",
                    // A huge one, and one that is nested deep.
                    try elliptic.token(claims.merged(with: ["x": .string(String(repeating: "x", count: 7000))])),
                    "\(TokenSigner.base64URL(Array(repeating: 0x5B, count: 4000))).\(parts[1]).\(parts[2])",
                ]
            attacks += try identifiers.map { try elliptic.token(claims, header: ["kid": .string($0)]) }
            // Members that appear twice, and a number that fits no type.
            for header in [#"{"alg":"ES256","alg":"none"}"#, #"{"alg":"ES256","kid":"e","x":1e999999}"#] {
                attacks.append("\(TokenSigner.base64URL(Array(header.utf8))).\(parts[1]).\(parts[2])")
            }
            for attack in attacks {
                #expect(try await fixture.status(attack) == 401, "\(attack.prefix(200))")
                #expect(fixture.lastLine["refusal"] != nil)
                #expect(fixture.lastLine["principal"] == nil, "a stranger's word is in the log")
            }
            // Nobody can have keys read by the ids that they make up, or from the places that they name.
            #expect(fixture.readings == 1 && fixture.server.requests.count == 1)
            #expect(try await fixture.status(good) == 200)
        }
    }

    @Test("needs no id of a key if the issuer has but one of its algorithm, and one of two otherwise")
    func noKeyID() async throws {
        let (first, second) = (try await TokenSigner.es256("1"), try await TokenSigner.es256("2"))
        try await TokenFixture.with([first, try await .edDSA(nil)]) { (fixture) async throws in
            #expect(try await fixture.status(try first.token(fixture.claims, header: ["kid": .null])) == 200)
        }
        try await TokenFixture.with([first, second]) { (fixture) async throws in
            #expect(try await fixture.status(try first.token(fixture.claims, header: ["kid": .null])) == 401)
        }
    }

    @Test("is checked once, and remembered until it ends")
    func remembered() async throws {
        let signer = try await TokenSigner.rs256("r")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            let token = try signer.token(fixture.claims)
            #expect(try await fixture.status(token) == 200)
            fixture.api.clock.advance(by: .seconds(659))
            #expect(try await fixture.status(token) == 200)
            fixture.api.clock.advance(by: .seconds(1))
            #expect(try await fixture.status(token) == 401)
            #expect(fixture.lastLine["refusal"] == "expired")
        }
    }

    /// How many texts both readers are given; `JOBSYS_FUZZ_TEXTS` asks for more.
    private static let texts = ProcessInfo.processInfo.environment["JOBSYS_FUZZ_TEXTS"].flatMap(Int.init) ?? 20_000

    @Test("or a key that is none, in any form, traps in neither reader and passes neither")
    func fuzz() async throws {
        var generator = SeededGenerator(seed: 14)
        let header = TokenSigner.base64URL(Array(#"{"alg":"ES256"}"#.utf8))
        let payload = TokenSigner.base64URL(Array(#"{"exp":1e9}"#.utf8))
        let token = Array("\(header).\(payload).AAAA".utf8)
        _ = try WebToken(String(decoding: token, as: UTF8.self))
        let key = Array("jobsys_dev_0123456789ABCDEF_0123456789ABCDEFGHIJKLMNOPQRSTUV2W4PsJ".utf8)
        #expect(APIKeyText(String(decoding: key, as: UTF8.self)) != nil)
        var (tokens, keys) = (0, 0)
        for round in 0..<Self.texts {
            // Other tests wait for the same threads.
            if round & 0x3F == 0 { await Task.yield() }
            let number = generator.next()
            // Each text goes to both readers: what begins as the one may be taken for the other.
            var bytes = round & 8 == 0 ? token : key
            let (place, other) = (Int(number & 0xFFFF) % bytes.count, Int(number >> 16 & 0xFFFF) % bytes.count)
            let byte = UInt8(truncatingIfNeeded: number >> 32)
            switch round & 7 {
            case 0: bytes = [UInt8](repeating: byte, count: place)
            case 1, 2: bytes.swapAt(place, other)
            case 3: bytes.remove(at: place)
            case 4: bytes.insert(byte, at: place)
            case 5: bytes.removeLast(place)
            default: bytes[place] = byte
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let read = try? WebToken(text) {
                tokens += 1
                #expect(TokenAlgorithm.allCases.contains(read.algorithm))
            }
            if APIKeyText(text) != nil, bytes != key { keys += 1 }
        }
        // Changes in the claims and in the signature leave many a token well formed; it is refused later.
        #expect(tokens > 0)
        #expect(keys == 0)
    }
}

/// A number as a stranger may write it.
private func number(_ text: String) -> JSONValue { JSONNumber(text: text).map(JSONValue.number) ?? .null }
