import HTTPTypes
import JobsysAWSTestKit
import Testing

@testable import JobsysHTTP

@Suite("Addresses that no connection may go to", .timeLimit(.minutes(1)))
struct AddressRangesTests {
    @Test(
        "A link-local or metadata address is known in every notation, and nothing else is taken for one",
        arguments: [
            ("169.254.169.254", true), ("169.254.0.0", true), ("169.254.255.255", true), ("169.254.170.2", true),
            ("0xa9fea9fe", true), ("2852039166", true), ("169.254.43518", true), ("0251.0376.0251.0376", true),
            ("fe80::1", true), ("febf::1", true), ("fe80::1%eth0", true), ("fd00:ec2::254", true),
            ("fd00:ec2::23", true),
            ("::ffff:169.254.169.254", true), ("::ffff:a9fe:a9fe", true), ("::169.254.169.254", true),
            ("64:ff9b::169.254.169.254", true), ("2002:a9fe:a9fe::", true),
            ("169.253.255.255", false), ("169.255.0.0", false), ("127.0.0.1", false), ("10.0.0.1", false),
            ("::1", false), ("::", false), ("fec0::1", false), ("fd00:ec3::254", false), ("::ffff:10.0.0.1", false),
            ("metadata.google.internal", false), ("localhost", false), ("", false),
        ]
    )
    func contains(host: String, expected: Bool) {
        #expect(AddressRanges.linkLocal.contains(host: host) == expected)
        #expect(!AddressRanges.none.contains(host: host))
    }

    @Test(
        "A host that is written as such an address is asked nothing, through no proxy either",
        arguments: ["169.254.169.254", "0xa9fea9fe", "[fe80::1]", "[::ffff:169.254.169.254]:80"]
    )
    func literal(authority: String) async throws {
        try await ScriptedServer.with(.respond()) { proxy in
            let proxies = try ProxySettings(environment: ["HTTP_PROXY": proxy.url])
            for proxies in [ProxySettings.none, proxies] {
                try await withTransport(.init(proxies: proxies, refusedAddresses: .linkLocal)) { transport in
                    let request = HTTPRequest(method: .get, scheme: "http", authority: authority, path: "/")
                    let error = await failure { () async throws(TransportError) in try await transport.send(request) }
                    #expect(error?.code == .addressRefused)
                    #expect(error?.requestMayHaveBeenReceived == false)
                }
            }
            #expect(proxy.connectionCount == 0)
        }
    }

    private static let loopback4: (bytes: [UInt8], bits: Int) = ([127, 0, 0, 0], 8)
    private static let loopback6: (bytes: [UInt8], bits: Int) = ([UInt8](repeating: 0, count: 15) + [1], 128)

    @Test("A name is refused by the address that it leads to, right before the connection")
    func name() async throws {
        try await ScriptedServer.with(.respond()) { server in
            let refused = AddressRanges([Self.loopback4, Self.loopback6])
            try await withTransport(.init(refusedAddresses: refused)) { transport in
                let request = HTTPRequest(
                    method: .get,
                    scheme: "http",
                    authority: "localhost:\(server.port)",
                    path: "/"
                )
                let error = await failure { () async throws(TransportError) in try await transport.send(request) }
                #expect(error?.code == .addressRefused)
                #expect(error?.message.contains("is an address that no connection may go to") == true)
            }
            #expect(server.connectionCount == 0)
        }
    }

    @Test("A name that leads to other addresses, too, is reached by those")
    func otherAddress() async throws {
        try await ScriptedServer.with(.respond(text: "here")) { server in
            try await withTransport(.init(refusedAddresses: AddressRanges([Self.loopback6]))) { transport in
                let authority = "localhost:\(server.port)"
                let request = HTTPRequest(method: .get, scheme: "http", authority: authority, path: "/")
                let response = try await transport.send(request)
                #expect(response.body == Array("here".utf8))
            }
        }
    }

    @Test("A host that is down is not taken for a refused one")
    func down() async throws {
        try await withTransport(.init(refusedAddresses: .linkLocal)) { transport in
            let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1:1", path: "/")
            let error = await failure { () async throws(TransportError) in try await transport.send(request) }
            #expect(error?.code == .cannotConnect)
        }
    }
}
