import JobsysSigV4
import Testing

@testable import JobsysAWS

@Suite struct ProfileSourceTests {
    private func source(_ config: String, profile: String = "p") throws -> ProfileSource? {
        let file = try ProfileFileParser.parse(Array(config.utf8), kind: .config, path: "config")
        return try ProfileSource(SharedConfiguration(config: file, credentials: ProfileFile(), profile: profile))
    }

    private static let keys = "aws_access_key_id = AK\naws_secret_access_key = TOPSECRET\n"
    private static let key = AWSCredentials(accessKeyID: "AK", secretAccessKey: "TOPSECRET")

    private func role(_ arn: String, from origin: ProfileSource) -> ProfileSource {
        .role(STS.AssumeRole(roleARN: arn, sessionName: ""), sessionName: nil, from: origin)
    }

    @Test("Each kind of profile is known by its settings")
    func kinds() throws {
        #expect(try source("[profile p]\nregion = r") == nil)
        #expect(try source("[profile p]\nmfa_serial = m\n\(Self.keys)") == .keys(Self.key))
        #expect(try source("[profile p]\ncredential_process = a 'b c'") == .process("a 'b c'"))
        #expect(
            try source("[profile p]\nrole_arn = R\nweb_identity_token_file = /t\nrole_session_name = s")
                == .webIdentity(WebIdentity(tokenFile: "/t", roleARN: "R", sessionName: "s"))
        )
        for (name, expected) in [
            ("Environment", ProfileSource.environment), ("EcsContainer", .container),
            ("Ec2InstanceMetadata", .instance),
        ] {
            #expect(try source("[profile p]\nrole_arn = R\ncredential_source = \(name)") == role("R", from: expected))
        }
    }

    @Test("A role's source may be a role itself, and the profile's own keys")
    func chainOfRoles() throws {
        let config = """
            [profile p]
            role_arn = R1
            source_profile = q
            external_id = x
            duration_seconds = 900
            role_session_name = s
            [profile q]
            role_arn = R2
            source_profile = q
            \(Self.keys)
            """
        let outer = STS.AssumeRole(roleARN: "R1", sessionName: "", externalID: "x", duration: .seconds(900))
        #expect(try source(config) == .role(outer, sessionName: "s", from: role("R2", from: .keys(Self.key))))
    }

    @Test("A role goes before a sign-in, that before keys, and those before a program")
    func order() throws {
        let sso = "sso_account_id = 1\nsso_role_name = r\nsso_start_url = u\nsso_region = x-1\n"
        let process = "credential_process = x\n"
        guard case .sso? = try source("[profile p]\n\(process)\(Self.keys)\(sso)") else {
            Issue.record("the sign-in does not go first")
            return
        }
        #expect(try source("[profile p]\n\(process)\(Self.keys)") == .keys(Self.key))
        let role = try source("[profile p]\nrole_arn = R\ncredential_source = Environment\n\(sso)")
        #expect(role == self.role("R", from: .environment))
    }

    @Test(
        "What makes no sense is refused with its reason, and without secrets",
        arguments: [
            ("role_arn = R", "has role_arn and neither source_profile, credential_source nor web_identity_token_file"),
            (
                "role_arn = R\nsource_profile = q\ncredential_source = Environment",
                "has source_profile and credential_source, of which only one may be there"
            ),
            ("role_arn = R\nsource_profile = p", "is its own source: p -> p"),
            ("role_arn = R\nsource_profile = x", "has source_profile = x, which does not exist"),
            ("role_arn = R\nsource_profile = empty", "has source_profile = empty, which has no credentials"),
            (
                "role_arn = R\ncredential_source = Moon",
                "has a credential_source other than Environment, EcsContainer and Ec2InstanceMetadata"
            ),
            (
                "role_arn = R\nsource_profile = q\nduration_seconds = 60",
                "has a duration_seconds other than 900 to 43200"
            ),
            (
                "role_arn = R\nsource_profile = q\nmfa_serial = m",
                "has mfa_serial, which asks for a code of somebody's device, which a service cannot give"
            ),
            ("login_session = l", "has login_session, which needs a sign-in with aws login, which is not supported"),
            ("aws_secret_access_key = TOPSECRET", "has aws_secret_access_key without aws_access_key_id"),
            ("aws_access_key_id = A", "has aws_access_key_id without aws_secret_access_key"),
            ("sso_account_id = 1\nsso_region = x-1", "lacks sso_start_url, sso_role_name"),
            ("sso_account_id = 1\nsso_session = s", "has sso_session = s, and there is no [sso-session s]"),
            (
                "sso_account_id = 1\nsso_region = a-1\nsso_session = corp",
                "and its sso-session corp have different values of sso_region"
            ),
            (
                "sso_account_id = 1\nsso_role_name = r\nsso_start_url = u\nsso_region = evil.com/",
                "has an sso_region that is no region"
            ),
        ]
    )
    func refused(settings: String, message: String) {
        let others = "[profile empty]\nregion = r\n[profile q]\n\(Self.keys)[sso-session corp]\nsso_region = b-1"
        let error = #expect(throws: CredentialsError.self) { try source("[profile p]\n\(settings)\n\(others)") }
        #expect(error?.code == .misconfigured)
        #expect(error?.description == "profile: profile p \(message)")
    }

    @Test("A cycle over several profiles is shown")
    func cycle() {
        let config = ["p": "q", "q": "r", "r": "q"]
            .map { "[profile \($0)]\nrole_arn = R\nsource_profile = \($1)\n" }.joined()
        let error = #expect(throws: CredentialsError.self) { try source(config) }
        #expect(error?.message == "profile r is its own source: p -> q -> r -> q")
    }
}
