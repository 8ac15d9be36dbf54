import FoundationEssentials
import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import JobsysSigV4
import Testing

@testable import JobsysAWS

@Suite struct CredentialsProviderTests {
    private static let document = #"""
        {"Code":"Success","AccessKeyId":"AK","SecretAccessKey":"SK","Token":"TK","Expiration":"2026-01-01T01:00:00Z"}
        """#
    private static let expected = AWSCredentials(
        accessKeyID: "AK",
        secretAccessKey: "SK",
        sessionToken: "TK",
        expiration: Fixture.epoch + 3600
    )
    private let clock = InstantClock()

    private func container(_ environment: [String: String], _ transport: ScriptedTransport) -> ContainerCredentials {
        ContainerCredentials(environment: environment, transport: transport, runtime: AWSRuntime(clock: clock))
    }

    private func instance(_ environment: [String: String], _ transport: ScriptedTransport) -> InstanceCredentials {
        InstanceCredentials(environment: environment, transport: transport, runtime: AWSRuntime(clock: clock))
    }

    private func failure(of provider: some CredentialsProvider) async throws -> CredentialsError? {
        do {
            _ = try await provider.credentials()
            return nil
        } catch let error as CredentialsError {
            return error
        }
    }

    @Test("The environment gives both keys, the token and the expiry; blanks around them are dropped")
    func environment() async throws {
        let provider = EnvironmentCredentials(environment: [
            "AWS_ACCESS_KEY_ID": " AK\n", "AWS_SECRET_ACCESS_KEY": "SK", "AWS_SESSION_TOKEN": "TK",
            "AWS_CREDENTIAL_EXPIRATION": "2026-01-01T01:00:00.000Z",
        ])
        #expect(try await provider.credentials() == Self.expected)
    }

    @Test("The container's agent is asked at its address, with its token")
    func containerRelative() async throws {
        let transport = ScriptedTransport([.response(200, [:], Self.document)])
        let provider = container(
            [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x?y=1",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "tok",
            ],
            transport
        )
        #expect(try await provider.credentials() == Self.expected)
        let sent = try #require(transport.sent.first)
        #expect(sent.url == "http://169.254.170.2/v2/credentials/x?y=1")
        #expect(sent.field("authorization") == "tok")
        #expect(sent.request.method == .get)
        #expect(sent.timeouts == TransportTimeouts(connect: .seconds(1), request: .seconds(2)))
    }

    @Test(
        "Without https only loopback and the agents' addresses are asked",
        arguments: [
            ("http://169.254.170.23/v1/credentials", true), ("http://[fd00:ec2::23]/v1", true),
            ("http://127.9.8.7:80/a", true), ("http://localhost:1234/a?b=c", true), ("http://[::1]/", true),
            ("https://example.com/x", true), ("http://example.com/x", false), ("http://169.254.169.254/", false),
            ("http://127.0.0.1.example.com/", false), ("http://localhost@example.com/", false),
            ("ftp://localhost/", false), ("http://user:x@localhost/", false), ("http://127.1/", false),
        ]
    )
    func allowedHosts(url: String, isAllowed: Bool) async throws {
        let transport = ScriptedTransport([.response(200, [:], Self.document)])
        let error = try await failure(of: container(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], transport))
        #expect(error?.code == (isAllowed ? nil : .misconfigured))
        #expect(transport.sent.count == (isAllowed ? 1 : 0))
    }

    @Test("The agent is asked three times, a second apart, and its refusal is final")
    func containerRetries() async throws {
        let environment = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"]
        let down = ScriptedTransport([.failure(.cannotConnect), .response(500), .response(503)])
        #expect(try await failure(of: container(environment, down))?.code == .unavailable)
        #expect(down.sent.count == 3)
        #expect(clock.sleeps == [.seconds(1), .seconds(1)])
        let refusing = ScriptedTransport([.response(403, [:], "{}")])
        #expect(try await failure(of: container(environment, refusing))?.code == .refused)
        #expect(refusing.sent.count == 1)
    }

    @Test("The token's file is read anew each time; a line break in it is refused")
    func tokenFile() async throws {
        let path = "/tmp/jobsys-token-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let transport = ScriptedTransport([.response(200, [:], Self.document)])
        let provider = container(
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path,
            ],
            transport
        )
        #expect(try await failure(of: provider)?.code == .misconfigured)
        for token in ["one", "two"] {
            try Data(token.utf8).write(to: URL(filePath: path))
            _ = try await provider.credentials()
        }
        #expect(transport.sent.map { $0.field("authorization") } == ["one", "two"])
        try Data("a\r\nX-Evil: 1".utf8).write(to: URL(filePath: path))
        #expect(try await failure(of: provider)?.code == .misconfigured)
        #expect(transport.sent.count == 2)
    }

    @Test("Neither the container's agent nor the instance's metadata is asked through a proxy, wherever it is")
    func proxy() async throws {
        try await ScriptedServer.with(.respond(403)) { server in
            let proxies = try ProxySettings(environment: ["all_proxy": server.url])
            let transport = try CurlTransport(configuration: .init(proxies: proxies))
            let runtime = AWSRuntime(clock: clock)
            // A name below .invalid leads nowhere (RFC 2606, section 2): only a proxy would answer.
            let providers: [any CredentialsProvider] = [
                ContainerCredentials(
                    environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://agent.invalid/v1"],
                    transport: transport,
                    runtime: runtime
                ),
                InstanceCredentials(
                    environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://instance.invalid"],
                    transport: transport,
                    runtime: runtime
                ),
            ]
            for provider in providers {
                let error = await #expect(throws: CredentialsError.self) { try await provider.credentials() }
                #expect(error?.code == .unavailable)
            }
            await transport.shutdown()
            #expect(server.requests == [])
        }
    }

    @Test("The instance's role is asked for within a session")
    func instanceMetadata() async throws {
        let transport = ScriptedTransport([
            .response(200, [:], "SESSION"), .response(200, [:], "role"), .response(200, [:], Self.document),
        ])
        #expect(try await instance([:], transport).credentials() == Self.expected)
        let sent = transport.sent
        let roles = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
        #expect(sent.map(\.url) == ["http://169.254.169.254/latest/api/token", roles, roles + "role"])
        #expect(sent.map(\.request.method) == [.put, .get, .get])
        #expect(sent[0].field("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
        #expect(sent.map { $0.field("x-aws-ec2-metadata-token") } == [nil, "SESSION", "SESSION"])
    }

    @Test("A session that the metadata service has forgotten is opened anew, once")
    func forgottenSession() async throws {
        let transport = ScriptedTransport([
            .response(200, [:], "ONE"), .response(401), .response(200, [:], "TWO"), .response(200, [:], "role"),
            .response(200, [:], Self.document),
        ])
        #expect(try await instance([:], transport).credentials() == Self.expected)
        #expect(transport.sent.map { $0.field("x-aws-ec2-metadata-token") } == [nil, "ONE", nil, "TWO", "TWO"])
        let refusing = ScriptedTransport([
            .response(200, [:], "ONE"), .response(401), .response(200, [:], "TWO"), .response(401),
        ])
        #expect(try await failure(of: instance([:], refusing))?.code == .refused)
        #expect(refusing.sent.count == 4)
    }

    @Test("A chain that finds nothing lists every provider and why it was passed over")
    func emptyChain() async throws {
        let transport = ScriptedTransport([.failure(.timedOut)])
        let chain = CredentialsChain.standard(
            environment: [:],
            region: "eu-central-1",
            transport: transport,
            runtime: AWSRuntime(clock: clock)
        )
        #expect(
            try await failure(of: chain)?.description == """
                no credentials: environment: AWS_ACCESS_KEY_ID is not set; \
                web identity: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not both set; \
                profile: profile default has no credentials; \
                container: AWS_CONTAINER_CREDENTIALS_FULL_URI and its RELATIVE_URI are not set; \
                instance metadata: 169.254.169.254 did not answer: timedOut: scripted
                """
        )
    }

    @Test("A provider that is configured but fails ends the chain")
    func failingProvider() async throws {
        let transport = ScriptedTransport([.response(400)])
        let chain = CredentialsChain.standard(
            environment: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"],
            region: "eu-central-1",
            transport: transport,
            runtime: AWSRuntime(clock: clock)
        )
        let error = try #require(try await failure(of: chain))
        #expect(error.code == .refused)
        #expect(error.provider == "container")
        #expect(error.message.contains("passed over: environment: AWS_ACCESS_KEY_ID is not set; web identity: "))
        #expect(transport.sent.count == 1)
    }

    @Test(
        "A document that is not whole is refused without quoting it",
        arguments: [
            "", "[]", #"{"AccessKeyId":"AK"}"#,
            #"{"AccessKeyId":"AK","SecretAccessKey":"TOPSECRET","Token":"T","Expiration":"tomorrow"}"#,
            #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"no"}"#,
        ]
    )
    func badDocument(text: String) throws {
        let error = #expect(throws: CredentialsError.self) {
            try CredentialsDocument(Array(text.utf8), provider: "p")
        }
        #expect(error?.description.contains("TOPSECRET") == false)
    }
}
