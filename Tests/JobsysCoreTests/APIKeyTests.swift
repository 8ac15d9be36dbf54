import JobsysCore
import JobsysHashing
import JobsysPropertyTestKit
import JobsysTestKit
import JobsysTime
import Testing

@Suite("An API key")
struct APIKeyTests {
    @Test("is read as it was made, for every stage")
    func roundTrip() throws {
        for stage in ["dev", "staging", "prod", "a", "stage0123456789a"] {
            let made = APIKeyText.make(stage: stage)
            let read = try #require(APIKeyText(made.revealed()))
            #expect(read == made)
            #expect(read.stage == stage)
            #expect(read.keyID.count == 16)
            #expect(made.revealed().wholeMatch(of: /jobsys_[a-z0-9]+_[0-9A-Za-z]{16}_[0-9A-Za-z]{38}/) != nil)
            #expect(made.revealed().hasSuffix(made.ending))
            #expect(made.hash == SHA256.hexHash(made.revealed()))
        }
    }

    @Test("is like no other")
    func unique() {
        let keys = (0..<1000).map { _ in APIKeyText.make(stage: "dev") }
        #expect(Set(keys.map(\.keyID)).count == 1000)
        #expect(Set(keys.map { $0.revealed().suffix(38) }).count == 1000)
    }

    @Test("has a checksum that anybody can compute: CRC-32 of what comes before it, in base 62")
    func knownText() throws {
        // The checksum from Python's zlib.crc32.
        let text = "jobsys_dev_0123456789ABCDEF_0123456789ABCDEFGHIJKLMNOPQRSTUV2W4PsJ"
        let key = try #require(APIKeyText(text))
        #expect(key.keyID == "0123456789ABCDEF")
        #expect(key.stage == "dev")
        #expect(key.ending == "4PsJ")
    }

    @Test("that is changed in any one character, or cut off anywhere, is none")
    func changed() {
        let text = APIKeyText.make(stage: "dev").revealed()
        for index in text.indices {
            for other in ["0", "z", "_", "-", " ", "é", ""] where other != String(text[index]) {
                let changed = text[..<index] + other + text[text.index(after: index)...]
                #expect(APIKeyText(String(changed)) == nil, "\(changed)")
            }
            #expect(APIKeyText(String(text[..<index])) == nil)
        }
        #expect(APIKeyText(text + "0") == nil)
        #expect(APIKeyText(" " + text) == nil)
        #expect(APIKeyText(String(repeating: text, count: 1000)) == nil)
    }

    @Test("is in no description and no dump of itself")
    func hidden() {
        let key = APIKeyText.make(stage: "dev")
        var dumped = ""
        dump(["key": key], to: &dumped)
        let secret = key.revealed().suffix(38)
        for text in ["\(key)", String(reflecting: key), "\([key])", "\(Optional(key) as Any)", dumped] {
            #expect(!text.contains(secret) && text.contains(key.keyID), "\(text)")
        }
    }

    @Test("survives a million inputs that are none: random, and made from one with a few bytes changed")
    func fuzz() {
        var generator = SeededGenerator(seed: 14)
        let key = Array(APIKeyText.make(stage: "dev", using: &generator).revealed().utf8)
        var count = 0
        for round in 0..<1_000_000 {
            // One number a round: the test is about the parser.
            let number = generator.next()
            let (place, other) = (Int(number & 0xFFFF) % key.count, Int(number >> 16 & 0xFFFF) % key.count)
            let byte = UInt8(truncatingIfNeeded: number >> 32)
            var bytes = key
            switch round & 3 {
            case 0:
                bytes = [UInt8](repeating: byte, count: place)
                bytes += [UInt8(truncatingIfNeeded: number >> 40), UInt8(truncatingIfNeeded: number >> 48)]
            case 1: bytes.swapAt(place, other)
            case 2: bytes.remove(at: place)
            default: bytes[place] = byte
            }
            if APIKeyText(String(decoding: bytes, as: UTF8.self)) != nil, bytes != key { count += 1 }
        }
        // A checksum of 32 bits lets less than one in four thousand millions through.
        #expect(count == 0)
    }

    @Test(
        "is good until it ends or is revoked",
        arguments: [
            (nil, nil, APIKey.Status.active), (1, nil, .active), (0, nil, .expired), (-1, nil, .expired),
            (1, 0, .revoked), (-1, 0, .revoked), (nil, -5, .revoked),
        ] as [(Int?, Int?, APIKey.Status)]
    )
    func status(end: Int?, revocation: Int?, expected: APIKey.Status) {
        var (key, _) = APIKey.sample()
        key.expiresAt = end.map { .sample + .seconds($0) }
        key.revokedAt = revocation.map { .sample + .seconds($0) }
        #expect(key.status(at: .sample) == expected)
    }

    @Test("has a successor that may do the same and lives as long")
    func successor() {
        var (key, _) = APIKey.sample(tenant: "acme", scopes: [.readJobs, .submitJobs], types: ["http"])
        (key.name, key.expiresAt) = ("deploys", .sample + .seconds(100))
        (key.lastUsedAt, key.replacedBy) = (.sample, "other")
        let text = APIKeyText.make(stage: "dev")
        let now = Timestamp.sample + .seconds(30)
        let next = key.successor(text, at: now, by: "bob")
        var expected = key
        (expected.id, expected.hash, expected.ending) = (text.keyID, text.hash, text.ending)
        (expected.createdAt, expected.createdBy, expected.expiresAt) = (now, "bob", now + .seconds(100))
        (expected.lastUsedAt, expected.replacedBy) = (nil, nil)
        #expect(next == expected)
        #expect(
            next.principal == Principal(name: "key:\(text.keyID)", tenant: "acme", scopes: key.scopes, types: ["http"])
        )
    }
}

@Suite("A principal")
struct PrincipalTests {
    @Test("may do what its scopes say, and everything as an administrator")
    func scopes() {
        for scope in Scope.allCases {
            let holder = Principal(name: "x", scopes: [scope])
            for other in Scope.allCases { #expect(holder.may(other) == (scope == other || scope == .admin)) }
            #expect(!Principal.nobody.may(scope))
            #expect(Principal.anyone.may(scope))
        }
    }

    @Test("sees what is its tenant's, an operator everything, and nobody nothing")
    func tenants() {
        let acme = Principal(name: "x", tenant: "acme", scopes: [.admin])
        #expect(acme.sees("acme") && !acme.sees("default") && !acme.sees("acme2"))
        #expect(Principal.anyone.sees("acme") && Principal.anyone.sees("default"))
        #expect(!Principal.nobody.sees("acme") && !Principal.nobody.sees("default"))
        #expect(acme.tenantOfSubmissions == "acme")
        #expect(Principal.anyone.tenantOfSubmissions == "default")
    }

    @Test(
        "has a tenant of a name that fits a queue's message group and a log",
        arguments: [
            ("acme", true), ("a", true), ("0", true), ("a-b.c_d", true), (String(repeating: "a", count: 64), true),
            ("", false), (String(repeating: "a", count: 65), false), ("Acme", false), ("-a", false), ("a#b", false),
            ("a b", false), ("é", false),
        ]
    )
    func names(text: String, isName: Bool) {
        #expect(isTenantName(text) == isName)
    }

    @Test("Hashes are compared as a whole")
    func hashes() {
        #expect(isSameHash("abc", "abc"))
        for other in ["abd", "bbc", "ab", "abcd", ""] { #expect(!isSameHash("abc", other)) }
    }
}
