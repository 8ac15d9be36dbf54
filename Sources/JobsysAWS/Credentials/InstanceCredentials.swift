public import JobsysHTTP
public import JobsysSigV4

/// The credentials of an EC2 instance's role, from its metadata service, version 2 only.
///
/// Reads `AWS_EC2_METADATA_DISABLED`, `AWS_EC2_METADATA_SERVICE_ENDPOINT`, `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`
/// (`IPv4` or `IPv6`), `AWS_METADATA_SERVICE_TIMEOUT` (seconds, 1) and `AWS_METADATA_SERVICE_NUM_ATTEMPTS` (1).
/// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
public struct InstanceCredentials: CredentialsProvider, Redacted {
    private static let roles = "/latest/meta-data/iam/security-credentials/"
    private let environment: [String: String]
    private let transport: any HTTPTransport
    private let runtime: AWSRuntime

    /// Creates a provider; nothing is sent before it is asked.
    public init(
        environment: [String: String],
        transport: any HTTPTransport,
        runtime: AWSRuntime = AWSRuntime()
    ) {
        self.environment = environment
        self.transport = transport
        self.runtime = runtime
    }

    /// Asks the metadata service for a session, the role's name and its credentials.
    public func credentials() async throws -> AWSCredentials {
        var metadata = try InstanceMetadata(environment: environment, transport: transport, runtime: runtime)
        let role = try await answer(to: Self.roles, from: &metadata)
        guard let name = String(validating: role, as: UTF8.self)?.split(whereSeparator: \.isNewline).first,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
            throw CredentialsError(
                .unreadable,
                provider: InstanceMetadata.provider,
                "the role's name is empty or no name"
            )
        }
        let document = try await answer(to: Self.roles + name, from: &metadata)
        return try CredentialsDocument(document, provider: InstanceMetadata.provider).credentials
    }

    private func answer(to path: String, from metadata: inout InstanceMetadata) async throws -> [UInt8] {
        guard let answer = try await metadata.answer(path) else {
            throw CredentialsError(.notConfigured, provider: InstanceMetadata.provider, "the instance has no role")
        }
        return answer
    }
}
