import HTTPTypes
import JobsysCore
import JobsysObservability
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import JobsysTokenTestKit
import NIOCore
import Testing

@testable import JobsysAPI

@Suite("Credentials that are no good", .timeLimit(.minutes(1)))
struct SignInTests {
    private let api: APIFixture

    init() throws {
        var api = APIFixture.asking()
        api.options.proxies = try #require(TrustedProxies("127.0.0.0/8"))
        self.api = api
    }

    private static func headers(_ credential: String, from address: String) -> HTTPFields {
        [.authorization: "Bearer \(credential)", .forwardedFor: address]
    }

    @Test("are looked at 20 at once and 20 a minute from one address, and others and known keys go on meanwhile")
    func limit() async throws {
        let api = api
        let known = try await api.makeKey(scopes: [.readJobs]).revealed()
        let unseen = try await api.makeKey(scopes: [.readJobs]).revealed()
        try await api.application()
            .test(.live) { client async throws in
                func ask(_ credential: String, from address: String = "203.0.113.7") async throws -> Answer {
                    let headers = Self.headers(credential, from: address)
                    return Answer(try await client.execute(uri: "/jobs", method: .get, headers: headers))
                }
                #expect(try await ask(known).status == 200)
                for number in 0..<20 {
                    let wrong = number % 2 == 0 ? "nonsense" : APIKeyText.make(stage: "dev").revealed()
                    #expect(try await ask(wrong).status == 401)
                }
                let lookups = api.keys.lookups
                for credential in ["nonsense", unseen, APIKeyText.make(stage: "dev").revealed()] {
                    let refused = try await ask(credential)
                    #expect(refused.status == 429)
                    #expect(refused.headers[.retryAfter] == "3")
                    #expect(
                        refused.json == [
                            "type": "urn:jobsys:problem:too-many-invalid-credentials",
                            "title": "Too many invalid credentials",
                            "status": 429,
                            "detail": "Too many credentials that are not valid came from this address.",
                            "requestId": "made-here",
                        ]
                    )
                }
                #expect(api.keys.lookups == lookups)
                #expect(try await ask(known).status == 200)
                #expect(try await ask(unseen, from: "203.0.113.8").status == 200)
                // Known to this process from now on.
                #expect(try await ask(unseen).status == 200)
                // Who shows none has not tried.
                let none = try await client.execute(
                    uri: "/jobs",
                    method: .get,
                    headers: [.forwardedFor: "203.0.113.7"]
                )
                #expect(none.status == .unauthorized)
                api.clock.advance(by: .seconds(3))
                #expect(try await ask("nonsense").status == 401)
                #expect(try await ask("nonsense").status == 429)
            }
    }

    @Test("count on the console's form as well, which says so on its page")
    func console() async throws {
        let api = api
        let key = try await api.makeKey(scopes: [.readJobs]).revealed()
        try await api.application()
            .test(.live) { client async throws in
                func signIn(_ credential: String) async throws -> Answer {
                    var headers: HTTPFields = [
                        .contentType: "application/x-www-form-urlencoded", .forwardedFor: "203.0.113.9",
                    ]
                    if let site = HTTPField.Name("Sec-Fetch-Site") { headers[site] = "same-origin" }
                    let body = ByteBuffer(string: "key=\(credential)")
                    return Answer(
                        try await client.execute(
                            uri: "/console/sign-in",
                            method: .post,
                            headers: headers,
                            body: body
                        )
                    )
                }
                for _ in 0..<20 { #expect(try await signIn("nonsense").status == 401) }
                let refused = try await signIn(key)
                #expect(refused.status == 429)
                #expect(refused.headers[.retryAfter] == "3")
                #expect(refused.text.contains("Too many credentials that are not valid came from this address."))
                let headers = Self.headers("nonsense", from: "203.0.113.9")
                #expect(
                    try await client.execute(uri: "/jobs", method: .get, headers: headers).status == .tooManyRequests
                )
                api.clock.advance(by: .seconds(3))
                #expect(try await signIn(key).status == 303)
            }
    }

    @Test("count for a network of IPv6 as a whole, and for an address of IPv4 alone")
    func networks() throws {
        let limiter = SignInLimiter(elapsed: { .zero })
        for (bad, other, isSame) in [
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true), ("2001:db8:0:2::1", "2001:db8:0:3::1", false),
            ("192.0.2.1", "192.0.2.2", false), ("192.0.2.3", "::ffff:192.0.2.3", true),
        ] {
            let (bad, other) = (try #require(ClientAddress(bad)), try #require(ClientAddress(other)))
            for _ in 0..<20 { limiter.noteRefusal(bad) }
            #expect(limiter.wait(bad) != nil)
            #expect((limiter.wait(other) != nil) == isSame, "\(bad) and \(other)")
        }
    }

    @Test("are remembered of a bounded number of addresses, the latest of them")
    func memory() throws {
        let clock = ManualClock()
        let limiter = SignInLimiter(elapsed: stopwatch(clock))
        func address(_ number: Int) throws -> ClientAddress {
            try #require(ClientAddress("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"))
        }
        for number in 0..<(SignInLimiter.capacity * 2) {
            for _ in 0..<(number == SignInLimiter.capacity * 2 - 1 ? 20 : 1) {
                limiter.noteRefusal(try address(number))
            }
            clock.advance(by: .microseconds(1))
        }
        #expect(limiter.count <= SignInLimiter.capacity)
        #expect(limiter.wait(try address(SignInLimiter.capacity * 2 - 1)) != nil)
    }

    @Test("leave a token that was found to be good to go on")
    func tokens() async throws {
        let signer = try await TokenSigner.es256("e")
        try await TokenFixture.with([signer]) { (fixture) async throws in
            var api = fixture.api
            api.options.proxies = self.api.options.proxies
            let token = try signer.token(fixture.claims)
            try await api.application()
                .test(.live) { client async throws in
                    func ask(_ credential: String) async throws -> Int {
                        let headers = Self.headers(credential, from: "203.0.113.7")
                        return try await client.execute(uri: "/jobs", method: .get, headers: headers).status.code
                    }
                    #expect(try await ask(token) == 200)
                    for _ in 0..<20 { #expect(try await ask("\(token)x") == 401) }
                    #expect(try await ask("\(token)x") == 429)
                    #expect(try await ask(token) == 200)
                }
        }
    }
}
