import Glibc
import HTTPTypes
import JobsysHTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct CurlTransportTLSTests {
    @Test("A server whose certificate the CA bundle vouches for is accepted")
    func trusted() async throws {
        try await TLSServer.with(names: "IP:127.0.0.1") { server in
            try await withTransport(.init(caBundlePath: server.certificatePath)) { transport in
                let response = try await transport.send(request(to: server))
                #expect(response.status == 200)
                #expect(!response.body.isEmpty)
            }
        }
    }

    @Test("A certificate that nobody vouches for is refused before anything is sent")
    func untrusted() async throws {
        try await TLSServer.with(names: "IP:127.0.0.1") { server in
            try await withTransport { transport in
                let error = await failure { () async throws(TransportError) in
                    try await transport.send(request(to: server))
                }
                #expect(error?.code == .tlsFailed)
                #expect(error?.requestMayHaveBeenReceived == false)
                #expect(error?.message.contains("certificate") == true)
            }
        }
    }

    @Test("A certificate for another host is refused")
    func otherHost() async throws {
        try await TLSServer.with(names: "DNS:other.test,IP:127.0.0.2") { server in
            try await withTransport(.init(caBundlePath: server.certificatePath)) { transport in
                let error = await failure { () async throws(TransportError) in
                    try await transport.send(request(to: server))
                }
                #expect(error?.code == .tlsFailed)
                #expect(error?.requestMayHaveBeenReceived == false)
            }
        }
    }

    @Test("A CA bundle that is no PEM file is an error that names it")
    func malformedBundle() async throws {
        try await TLSServer.with(names: "IP:127.0.0.1") { server in
            try await withTransport(.init(caBundlePath: "/dev/null")) { transport in
                let error = await failure { () async throws(TransportError) in
                    try await transport.send(request(to: server))
                }
                #expect(error?.code == .tlsFailed)
                #expect(error?.message.contains("/dev/null") == true)
                #expect(error?.requestMayHaveBeenReceived == false)
            }
        }
    }

    private func request(to server: TLSServer) -> HTTPRequest {
        HTTPRequest(method: .get, scheme: "https", authority: server.authority, path: "/")
    }
}
