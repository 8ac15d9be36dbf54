public import AWSSigV4
public import CurlHTTP
import HTTPTypes

/// The credentials of an EC2 instance's role, from its metadata service, version 2 only.
///
/// Reads `AWS_EC2_METADATA_DISABLED`, `AWS_EC2_METADATA_SERVICE_ENDPOINT`, `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`
/// (`IPv4` or `IPv6`), `AWS_METADATA_SERVICE_TIMEOUT` (seconds, 1) and `AWS_METADATA_SERVICE_NUM_ATTEMPTS` (1).
/// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
public struct InstanceCredentials: CredentialsProvider {
    private static let provider = "instance metadata"
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
        let service = try service()
        let prefix = service.endpoint.pathPrefix
        let session = try await session(service)
        let role = try await get(prefix + Self.roles, session: session, from: service)
        guard let name = String(validating: role.body, as: UTF8.self)?.split(whereSeparator: \.isNewline).first,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
            throw CredentialsError(.unreadable, provider: Self.provider, "the role's name is empty or no name")
        }
        let document = try await get(prefix + Self.roles + name, session: session, from: service)
        return try CredentialsDocument(document.body, provider: Self.provider).credentials
    }

    /// Opens a session; where nobody answers there is no instance, which is no fault.
    private func session(_ service: MetadataService) async throws -> String {
        let path = service.endpoint.pathPrefix + "/latest/api/token"
        let response: TransportResponse
        do {
            response = try await service.send(.put, path, fields: [.metadataTokenTTL: "21600"])
        } catch let error as CredentialsError where environment.nonBlank(Key.endpoint) == nil {
            throw CredentialsError(.notConfigured, provider: Self.provider, error.message)
        }
        guard response.status == 200, let token = String(validating: response.body, as: UTF8.self), !token.isEmpty
        else { throw service.refusal(response) }
        return token
    }

    private func get(
        _ path: String,
        session: String,
        from service: MetadataService
    ) async throws -> TransportResponse {
        let response = try await service.send(.get, path, fields: [.metadataToken: session])
        guard response.status != 404 else {
            throw CredentialsError(.notConfigured, provider: Self.provider, "the instance has no role")
        }
        guard response.status == 200 else { throw service.refusal(response) }
        return response
    }

    private func service() throws(CredentialsError) -> MetadataService {
        do {
            guard try !environment.flag(Key.disabled) else {
                throw CredentialsError(.notConfigured, provider: Self.provider, "\(Key.disabled) is true")
            }
            let timeout = Duration.seconds(try environment.positiveInteger(Key.timeout) ?? 1)
            return MetadataService(
                provider: Self.provider,
                endpoint: try endpoint(),
                timeouts: TransportTimeouts(connect: timeout, request: timeout),
                attempts: try environment.positiveInteger(Key.attempts) ?? 1,
                transport: transport,
                runtime: runtime
            )
        } catch let error as CredentialsError {
            throw error
        } catch {
            throw CredentialsError(.misconfigured, provider: Self.provider, "\(error)")
        }
    }

    private func endpoint() throws(AWSConfigurationError) -> Endpoint {
        let mode = environment.nonBlank(Key.mode) ?? "IPv4"
        guard ["ipv4", "ipv6"].contains(mode.lowercased()) else {
            throw AWSConfigurationError(key: Key.mode, found: mode, expected: "IPv4 or IPv6")
        }
        let authority = mode.lowercased() == "ipv4" ? "169.254.169.254" : "[fd00:ec2::254]"
        guard let url = environment.nonBlank(Key.endpoint) else {
            return Endpoint(scheme: "http", authority: authority)
        }
        guard let endpoint = Endpoint(url: url) else {
            throw AWSConfigurationError(key: Key.endpoint, found: url, expected: "a URL such as http://169.254.169.254")
        }
        return endpoint
    }
}

private enum Key {
    static let disabled = "AWS_EC2_METADATA_DISABLED"
    static let endpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
    static let mode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
    static let timeout = "AWS_METADATA_SERVICE_TIMEOUT"
    static let attempts = "AWS_METADATA_SERVICE_NUM_ATTEMPTS"
}
