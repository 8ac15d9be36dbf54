import HTTPTypes
import InMemoryLogging
import JobsysServiceTestKit
import Logging
import Testing

@testable import JobsysAPI

/// A request over a connection, and where it comes from.
struct ForwardedRequest: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let proxies: String
    let peer: String
    let fields: [String]
    let client: String

    init(_ rule: String, _ proxies: String, from peer: String, _ fields: String..., is client: String) {
        testDescription = rule
        (self.proxies, self.peer, self.fields, self.client) = (proxies, peer, fields, client)
    }

    static let all: [ForwardedRequest] = [
        .init("no header", "10.0.0.0/8", from: "10.0.0.1", is: "10.0.0.1"),
        .init("a stranger's word", "10.0.0.0/8", from: "192.0.2.1", "203.0.113.7", is: "192.0.2.1"),
        .init("a proxy's word", "10.0.0.0/8", from: "10.0.0.1", "203.0.113.7", is: "203.0.113.7"),
        .init(
            "what the client made up",
            "10.0.0.0/8",
            from: "10.0.0.1",
            "198.51.100.1, 203.0.113.7",
            is: "203.0.113.7"
        ),
        .init("two proxies", "10.0.0.0/8", from: "10.0.0.1", "1.1.1.1, 203.0.113.7, 10.9.9.9", is: "203.0.113.7"),
        .init("two fields", "10.0.0.0/8", from: "10.0.0.1", "203.0.113.7", "10.9.9.9", is: "203.0.113.7"),
        .init("only proxies", "10.0.0.0/8", from: "10.0.0.1", "10.0.0.3, 10.0.0.2", is: "10.0.0.3"),
        .init("an entry that is no address", "10.0.0.0/8", from: "10.0.0.1", "203.0.113.7, unknown", is: "10.0.0.1"),
        .init("behind one", "10.0.0.0/8", from: "10.0.0.1", "203.0.113.7, _x, 10.0.0.2", is: "10.0.0.2"),
        .init("an empty entry", "10.0.0.0/8", from: "10.0.0.1", "203.0.113.7,", is: "10.0.0.1"),
        .init("an empty field", "10.0.0.0/8", from: "10.0.0.1", "", is: "10.0.0.1"),
        .init("a port", "10.0.0.0/8", from: "10.0.0.1", "203.0.113.7:4711", is: "203.0.113.7"),
        .init("a port that is none", "10.0.0.0/8", from: "10.0.0.1", "203.0.113.7:x", is: "10.0.0.1"),
        .init("an address of IPv6", "10.0.0.0/8", from: "10.0.0.1", "2001:DB8:0::1", is: "2001:db8::1"),
        .init("one with a port", "10.0.0.0/8", from: "10.0.0.1", "[2001:db8::1]:443", is: "2001:db8::1"),
        .init("one in brackets", "10.0.0.0/8", from: "10.0.0.1", "[2001:db8::1]", is: "2001:db8::1"),
        .init("brackets that do not end", "10.0.0.0/8", from: "10.0.0.1", "[2001:db8::1", is: "10.0.0.1"),
        .init("a mapped client", "10.0.0.0/8", from: "10.0.0.1", "::ffff:203.0.113.7", is: "203.0.113.7"),
        .init("a mapped peer", "10.0.0.0/8", from: "::ffff:10.0.0.1", "203.0.113.7", is: "203.0.113.7"),
        .init("a peer that is mapped alone", "10.0.0.0/8", from: "2002:a00:1::", "203.0.113.7", is: "2002:a00:1::"),
        .init("a proxy of IPv6", "fd00::/8, 10.0.0.1", from: "fd00::1", "1.1.1.1, 10.0.0.1", is: "1.1.1.1"),
        .init("the last bit of a block", "10.0.0.0/31", from: "10.0.0.1", "10.0.0.2", is: "10.0.0.2"),
        .init("beyond a block", "10.0.0.0/31", from: "10.0.0.2", "203.0.113.7", is: "10.0.0.2"),
        .init("one address", "10.0.0.1", from: "10.0.0.1", "10.0.0.0", is: "10.0.0.0"),
    ]
}

@Suite("Where a request comes from", .timeLimit(.minutes(1)))
struct ClientAddressTests {
    @Test("is what trusted proxies say, up to the first that is not trusted", arguments: ForwardedRequest.all)
    func client(request: ForwardedRequest) throws {
        let proxies = try #require(TrustedProxies(request.proxies))
        var headers = HTTPFields()
        headers[values: .forwardedFor] = request.fields
        #expect(proxies.client(of: ClientAddress(request.peer), headers)?.description == request.client)
        #expect(TrustedProxies.none.client(of: ClientAddress(request.peer), headers) == ClientAddress(request.peer))
        #expect(proxies.client(of: nil, headers) == nil)
    }

    @Test(
        "is not told by proxies that cannot be read",
        arguments: [
            "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "::/129", "lb.example.com", "10.0.0.1,", "*",
        ]
    )
    func malformed(list: String) {
        #expect(TrustedProxies(list) == nil)
    }

    @Test(
        "is in the line of the log, of requests that break a rule of HTTP, too",
        arguments: [("", "127.0.0.1"), ("127.0.0.0/8", "203.0.113.7")],
        ["Host: x\r\n", ""]
    )
    func logged(proxies: (list: String, client: String), host: String) async throws {
        var api = APIFixture()
        api.options.proxies = TrustedProxies(proxies.list) ?? .none
        let fields = host + "Connection: close\r\nX-Forwarded-For: 203.0.113.7\r\n"
        let answer = try await api.say(["GET /types HTTP/1.1\r\n\(fields)\r\n"])
        #expect(answer.status == (host.isEmpty ? 400 : 200))
        let line = try #require(api.logs.entries.last { $0.message == "request" })
        #expect(line.metadata["client.address"] == "\(proxies.client)")
    }
}
