import FoundationEssentials
import JobsysAWS
import JobsysHTTP
import JobsysSigV4
import Testing

/// The sources of credentials that the emulator has; each is used for a call that says whose they are.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"))
struct CredentialsTests {
    private func identity(_ environment: [String: String]) async throws -> STS.GetCallerIdentity.Identity {
        let transport = try CurlTransport()
        do {
            let defaults = ["AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": Emulator.endpoint ?? ""]
            let configuration = try AWSConfiguration(
                environment: defaults.merging(environment) { $1 },
                transport: transport
            )
            let client = AWSClient(configuration: configuration, transport: transport)
            let identity = try await client.perform(STS.GetCallerIdentity())
            await transport.shutdown()
            return identity
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    private func withFile<Result>(_ text: String, _ body: (String) async throws -> Result) async throws -> Result {
        let path = "/tmp/\(Emulator.uniqueName())"
        try Data(text.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    private static let keys = ["AWS_ACCESS_KEY_ID": "123456789012", "AWS_SECRET_ACCESS_KEY": "test"]
    private static let role = "arn:aws:iam::000000000000:role/jobsys"

    @Test("Keys of the environment")
    func keys() async throws {
        #expect(try await identity(Self.keys).account == "123456789012")
    }

    @Test("A role that is taken on signs with its own session's key")
    func assumeRole() async throws {
        try await Emulator.withClient { client in
            let role = STS.AssumeRole(roleARN: Self.role, sessionName: "jobsys-test", duration: .seconds(900))
            let credentials = try await client.perform(role)
            #expect(credentials.accessKeyID.hasPrefix("ASIA"))
            #expect(credentials.sessionToken?.isEmpty == false)
            let left = try #require(credentials.expiration).timeIntervalSinceNow
            #expect((600...1200).contains(left))
        }
    }

    @Test("A role of a profile, from another profile's keys")
    func profile() async throws {
        let config = """
            [profile base]
            aws_access_key_id = test
            aws_secret_access_key = test
            [profile jobs]
            role_arn = \(Self.role)
            role_session_name = from-profile
            source_profile = base
            """
        try await withFile(config) { path in
            let identity = try await identity(["AWS_CONFIG_FILE": path, "AWS_PROFILE": "jobs"])
            #expect(identity.arn.hasSuffix(":assumed-role/jobsys/from-profile"))
        }
    }

    @Test("A web identity of the environment")
    func webIdentity() async throws {
        try await withFile("a.b.c") { path in
            let identity = try await identity([
                "AWS_WEB_IDENTITY_TOKEN_FILE": path, "AWS_ROLE_ARN": Self.role, "AWS_ROLE_SESSION_NAME": "from-token",
            ])
            #expect(identity.arn.hasSuffix(":assumed-role/jobsys/from-token"))
        }
    }

    @Test("The container's agent and the instance's metadata service")
    func metadataServices() async throws {
        let endpoint = try #require(Emulator.endpoint)
        let container = try await identity(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(endpoint)/v2/credentials/task"])
        #expect(!container.arn.isEmpty)
        // The emulator is asked by all other tests as well.
        let instance = try await identity([
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": endpoint, "AWS_METADATA_SERVICE_TIMEOUT": "30",
        ])
        #expect(!instance.arn.isEmpty)
    }

    @Test("The instance tells its region")
    func region() async throws {
        let transport = try CurlTransport()
        let environment = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": try #require(Emulator.endpoint)]
        let found = try? await AWSConfiguration.discoveringRegion(environment: environment, transport: transport)
        #expect(found?.region == "us-east-1")
        await transport.shutdown()
    }
}
