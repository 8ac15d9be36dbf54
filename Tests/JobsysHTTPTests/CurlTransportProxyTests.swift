import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct CurlTransportProxyTests {
    @Test("An https request goes through the tunnel; the proxy sees host and credentials, but not the request")
    func tunnel() async throws {
        try await TLSServer.with(names: "DNS:service.test") { server in
            try await ConnectProxy.with(target: server.port) { proxy in
                let settings = try ProxySettings(environment: [
                    "HTTPS_PROXY": "http://me:s%40crt@127.0.0.1:\(proxy.port)"
                ])
                let configuration = CurlTransport.Configuration(
                    caBundlePath: server.certificatePath,
                    proxies: settings
                )
                try await withTransport(configuration) { transport in
                    var request = HTTPRequest(method: .get, scheme: "https", authority: "service.test", path: "/x")
                    request.headerFields[.authorization] = "signature"
                    let response = try await transport.send(request)
                    #expect(response.status == 200)
                    #expect(!response.head.headerFields.contains { $0.name.canonicalName == "x-proxy" })
                    // "me:s@crt" in base64.
                    #expect(
                        proxy.heads.map { $0.split(separator: "\r\n").map(String.init) } == [
                            [
                                "CONNECT service.test:443 HTTP/1.1", "Host: service.test:443",
                                "Proxy-Authorization: Basic bWU6c0BjcnQ=", "User-Agent: jobsys",
                                "Proxy-Connection: Keep-Alive",
                            ]
                        ]
                    )
                }
            }
        }
    }

    @Test("A proxy that refuses is cannotConnect, without the password in the message, and nothing was sent")
    func refusal() async throws {
        let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        try await ConnectProxy.with(target: 1, answer: answer) { proxy in
            let settings = try ProxySettings(environment: ["all_proxy": "me:secret@127.0.0.1:\(proxy.port)"])
            try await withTransport(.init(proxies: settings)) { transport in
                let request = HTTPRequest(method: .post, scheme: "https", authority: "service.test", path: "/")
                let error = await failure { () async throws(TransportError) in
                    try await transport.send(request, body: [1])
                }
                #expect(error?.code == .cannotConnect)
                #expect(error?.requestMayHaveBeenReceived == false)
                #expect(error?.message.contains("407") == true)
                #expect(error?.message.contains("secret") == false)
            }
        }
    }

    @Test("A proxy that is not there is an error without its password")
    func absent() async throws {
        let port = try await ScriptedServer.with(responses: []) { $0.port }
        let settings = try ProxySettings(environment: ["https_proxy": "http://me:secret@127.0.0.1:\(port)"])
        try await withTransport(.init(proxies: settings)) { transport in
            let request = HTTPRequest(method: .get, scheme: "https", authority: "service.test", path: "/")
            let error = await failure { () async throws(TransportError) in try await transport.send(request) }
            #expect(error?.code == .cannotConnect)
            #expect(error?.message.contains("secret") == false)
        }
    }

    @Test(
        "What is asked directly never goes to a proxy, whatever its scheme and address",
        arguments: ["http", "https"]
    )
    func direct(scheme: String) async throws {
        try await ScriptedServer.with(.respond(403)) { proxy in
            let settings = try ProxySettings(environment: ["all_proxy": proxy.url])
            try await withTransport(.init(proxies: settings)) { transport in
                let timeouts = TransportTimeouts(connect: .seconds(30), request: .seconds(30))
                // A name below .invalid leads nowhere (RFC 2606, section 2): only a proxy would answer.
                let request = HTTPRequest(method: .get, scheme: scheme, authority: "agent.invalid", path: "/")
                for direct in [transport.direct, transport.direct.direct] {
                    let error = await failure { () async throws(TransportError) in
                        try await direct.send(request, body: [], timeouts: timeouts)
                    }
                    #expect(error?.code == .cannotResolve)
                }
                #expect(proxy.requests == [])
                _ = await failure { () async throws(TransportError) in
                    let response = try await transport.send(request, timeouts: timeouts)
                    throw TransportError(
                        code: .cancelled,
                        message: "\(response.status)",
                        requestMayHaveBeenReceived: true
                    )
                }
                #expect(proxy.requests.count == 1)
            }
        }
    }

    @Test("A plain request is forwarded with its whole URL, and one to an exception goes straight to its host")
    func forwarding() async throws {
        let handler: ScriptedServer.Handler = { .respond(text: $0.path) }
        try await withServer(handler: handler) { proxy, _ in
            let settings = try ProxySettings(
                environment: ["http_proxy": proxy.url, "no_proxy": "direct.invalid"]
            )
            try await withTransport(.init(proxies: settings)) { transport in
                let forwarded = HTTPRequest(
                    method: .post,
                    scheme: "http",
                    authority: "service.test:81",
                    path: "/a?b=/../c"
                )
                let response = try await transport.send(forwarded, body: [1])
                #expect(String(decoding: response.body, as: UTF8.self) == "http://service.test:81/a?b=/../c")
                let direct = HTTPRequest(method: .get, scheme: "http", authority: "direct.invalid", path: "/")
                let error = await failure { () async throws(TransportError) in
                    try await transport.send(direct, timeouts: .init(connect: .seconds(30), request: .seconds(30)))
                }
                #expect(error?.code == .cannotResolve)
                // The same handle, without a proxy now.
                let local = try await transport.send(proxy.request(.get, "/local"))
                #expect(String(decoding: local.body, as: UTF8.self) == "/local")
            }
        }
    }
}
