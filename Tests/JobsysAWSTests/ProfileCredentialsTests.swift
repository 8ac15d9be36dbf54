import FoundationEssentials
import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import JobsysJSON
import JobsysSigV4
import Testing

@testable import JobsysAWS

/// Over real sockets, against a server that answers for STS, the portal and the token service.
@Suite struct ProfileCredentialsTests {
    private func withProvider(
        _ files: SharedFiles,
        _ answers: [Script],
        profile: String = "p",
        _ body: (ProfileCredentials, ScriptedServer) async throws -> Void
    ) async throws {
        try await ScriptedServer.with(responses: answers) { server in
            let transport = try CurlTransport()
            let environment = files.environment.merging(["AWS_PROFILE": profile, "AWS_ENDPOINT_URL": server.url]) { $1 }
            let provider = ProfileCredentials(
                environment: environment,
                region: "eu-central-1",
                transport: PatientTransport(transport: transport),
                runtime: AWSRuntime(clock: InstantClock(), now: { Fixture.epoch }, random: { 0 })
            )
            try await body(provider, server)
            await transport.shutdown()
        }
    }

    private func answer(_ text: String, status: Int = 200) -> Script {
        .respond(status: status, headers: [:], body: Array(text.utf8))
    }

    @Test("A role's role is taken on with the credentials of the one before")
    func roles() async throws {
        let config = """
            [profile p]
            role_arn = R1
            source_profile = q
            role_session_name = me
            [profile q]
            role_arn = R2
            source_profile = k
            """
        let keys = "[k]\naws_access_key_id = AKBASE\naws_secret_access_key = SK"
        try await SharedFiles.with(config: config, credentials: keys) { files in
            let answers = [
                answer(STSTests.credentials(of: "AssumeRole")), answer(STSTests.credentials(of: "AssumeRole")),
            ]
            try await withProvider(files, answers) { provider, server async throws in
                #expect(try await provider.credentials() == STSTests.expected)
                let sent = server.requests
                #expect(sent.map { $0.text.contains("RoleArn=R2") } == [true, false])
                #expect(sent[0].headers[.authorization]?.contains("Credential=AKBASE/") == true)
                #expect(sent[1].headers[.authorization]?.contains("Credential=ASIA/") == true)
                #expect(sent[0].text.contains("RoleSessionName=jobsys-1767225600"))
                #expect(sent[1].text.contains("RoleSessionName=me"))
            }
        }
    }

    @Test("STS's refusal ends the search and tells why, without secrets")
    func refusal() async throws {
        let config =
            "[profile p]\nrole_arn = R\nsource_profile = p\naws_access_key_id = A\naws_secret_access_key = TOPSECRET"
        let refused =
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>"
        try await SharedFiles.with(config: config) { files in
            try await withProvider(files, [answer(refused, status: 403)]) { provider, _ in
                let error = await #expect(throws: CredentialsError.self) { try await provider.credentials() }
                #expect(error?.code == .refused)
                #expect(
                    error?.description
                        == "profile: sts AssumeRole: AccessDenied: not you (1 attempt, HTTP 403)"
                )
            }
        }
    }

    @Test("A web identity's token is read anew each time, and once more if it had expired meanwhile")
    func webIdentity() async throws {
        let expired = "<ErrorResponse><Error><Code>ExpiredTokenException</Code></Error></ErrorResponse>"
        try await SharedFiles.with { files in
            try files.write("ONE\n", to: "token")
            try files.write(
                "[profile p]\nrole_arn = R\nweb_identity_token_file = \(files.path("token"))",
                to: ".aws/config"
            )
            let handler: ScriptedServer.Handler = { request in
                if request.text.hasSuffix("=ONE") {
                    try? files.write("TWO", to: "token")
                    return .respond(status: 400, headers: [:], body: Array(expired.utf8))
                }
                return .respond(
                    status: 200,
                    headers: [:],
                    body: Array(STSTests.credentials(of: "AssumeRoleWithWebIdentity").utf8)
                )
            }
            try await ScriptedServer.with(handler: handler) { server in
                let transport = try CurlTransport()
                let environment = files.environment.merging(
                    [
                        "AWS_PROFILE": "p", "AWS_ENDPOINT_URL_STS": server.url,
                        "AWS_WEB_IDENTITY_TOKEN_FILE": files.path("token"), "AWS_ROLE_ARN": "R",
                    ]
                ) { $1 }
                let chain = CredentialsChain.standard(
                    environment: environment,
                    region: "r",
                    transport: PatientTransport(transport: transport),
                    runtime: AWSRuntime(clock: InstantClock())
                )
                #expect(try await chain.credentials() == STSTests.expected)
                #expect(server.requests.map { String($0.text.suffix(3)) } == ["ONE", "TWO"])
                try files.write("", to: "token")
                let error = await #expect(throws: CredentialsError.self) { try await chain.credentials() }
                #expect(error?.provider == "web identity" && error?.code == .misconfigured)
                await transport.shutdown()
            }
        }
    }

    private static let sso = """
        [profile p]
        sso_session = corp
        sso_account_id = 123456789012
        sso_role_name = a b
        [sso-session corp]
        sso_region = eu-west-1
        sso_start_url = https://corp/start
        """
    // The file's name is the SHA-1 of `corp`.
    private static let tokenFile = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
    private static let role = #"""
        {"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"S&K","sessionToken":"T==","expiration":1767229200000}}
        """#

    private func token(expiresAt: String) -> String {
        """
        {"accessToken":"OLD","expiresAt":"\(expiresAt)","refreshToken":"R1","clientId":"C","clientSecret":"CS",\
        "registrationExpiresAt":"2026-03-01T00:00:00Z","startUrl":"https://corp/start"}
        """
    }

    @Test("Somebody who has signed in gets the role's credentials")
    func signedIn() async throws {
        try await SharedFiles.with(config: Self.sso) { files in
            try files.write(token(expiresAt: "2026-01-01T01:00:00UTC"), to: Self.tokenFile)
            try await withProvider(files, [answer(Self.role)]) { provider, server async throws in
                #expect(try await provider.credentials() == STSTests.expected)
                let sent = try #require(server.requests.first)
                #expect(sent.method == "GET")
                #expect(sent.path == "/federation/credentials?role_name=a%20b&account_id=123456789012")
                #expect(sent.headers[HTTPField.Name("x-amz-sso_bearer_token")!] == "OLD")
                #expect(sent.headers[.authorization] == nil)
            }
        }
    }

    @Test("A token that is about to end is refreshed and kept in its file with all that was there")
    func refreshedToken() async throws {
        try await SharedFiles.with(config: Self.sso) { files in
            try files.write(token(expiresAt: "2026-01-01T00:14:59Z"), to: Self.tokenFile)
            let answers = [
                answer(#"{"accessToken":"NEW","expiresIn":3600,"refreshToken":"R2","tokenType":"Bearer"}"#),
                answer(Self.role),
            ]
            try await withProvider(files, answers) { provider, server async throws in
                #expect(try await provider.credentials() == STSTests.expected)
                #expect(server.requests.map(\.path)[0] == "/token")
                #expect(
                    try JSONValue(parsing: server.requests[0].body) == [
                        "clientId": "C", "clientSecret": "CS", "grantType": "refresh_token", "refreshToken": "R1",
                    ]
                )
                #expect(server.requests[1].headers[HTTPField.Name("x-amz-sso_bearer_token")!] == "NEW")
            }
            #expect(
                try JSONValue(parsing: files.read(Self.tokenFile)) == [
                    "accessToken": "NEW", "expiresAt": "2026-01-01T01:00:00Z", "refreshToken": "R2", "clientId": "C",
                    "clientSecret": "CS", "registrationExpiresAt": "2026-03-01T00:00:00Z",
                    "startUrl": "https://corp/start",
                ]
            )
        }
    }

    @Test("Whoever has not signed in, or not lately, is told to")
    func notSignedIn() async throws {
        let refused = #"{"message":"Session token not found or invalid"}"#
        try await SharedFiles.with(config: Self.sso) { files in
            try await withProvider(files, [answer(refused, status: 401)]) { provider, server async throws in
                var errors = [await #expect(throws: CredentialsError.self) { try await provider.credentials() }]
                try files.write("TOPSECRET", to: Self.tokenFile)
                errors.append(await #expect(throws: CredentialsError.self) { try await provider.credentials() })
                try files.write(#"{"accessToken":"TOPSECRET","expiresAt":"2025-12-31T00:00:00Z"}"#, to: Self.tokenFile)
                errors.append(await #expect(throws: CredentialsError.self) { try await provider.credentials() })
                #expect(server.requests.isEmpty)
                try files.write(token(expiresAt: "2026-01-02T00:00:00Z"), to: Self.tokenFile)
                errors.append(await #expect(throws: CredentialsError.self) { try await provider.credentials() })
                for error in errors {
                    #expect(error?.code == .refused && error?.message.hasSuffix("sign in with aws sso login") == true)
                    #expect(error?.message.contains("TOPSECRET") == false)
                }
            }
        }
    }

    @Test("A profile that counts on a provider which is not there ends the search")
    func missingSource() async throws {
        let config = "[profile p]\nrole_arn = R\ncredential_source = EcsContainer"
        try await SharedFiles.with(config: config) { files in
            try await withProvider(files, []) { provider, _ in
                let error = await #expect(throws: CredentialsError.self) { try await provider.credentials() }
                #expect(error?.code == .misconfigured && error?.provider == "container")
            }
        }
    }
}
