import HTTPTypes
public import JobsysHTTP
public import JobsysSigV4

/// The credentials of an ECS task or an EKS pod, from the agent beside it.
///
/// Reads `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, else `AWS_CONTAINER_CREDENTIALS_FULL_URI`, with
/// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` (read anew each time: it rotates), else
/// `AWS_CONTAINER_AUTHORIZATION_TOKEN`. Three attempts of two seconds, one second apart.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
public struct ContainerCredentials: CredentialsProvider, Redacted {
    private static let provider = "container"
    private let environment: [String: String]
    private let transport: any HTTPTransport
    private let runtime: AWSRuntime

    /// Creates a provider; nothing is read before it is asked.
    public init(
        environment: [String: String],
        transport: any HTTPTransport,
        runtime: AWSRuntime = AWSRuntime()
    ) {
        self.environment = environment
        self.transport = transport
        self.runtime = runtime
    }

    /// Asks the agent.
    public func credentials() async throws -> AWSCredentials {
        let service = MetadataService(
            provider: Self.provider,
            url: try agent(),
            timeouts: TransportTimeouts(connect: .seconds(1), request: .seconds(2)),
            attempts: 3,
            transport: transport,
            runtime: runtime
        )
        var fields: HTTPFields = [.accept: "application/json"]
        fields[.authorization] = try authorization()
        let response = try await service.send(.get, fields: fields)
        guard response.status == 200 else { throw service.refusal(response) }
        return try CredentialsDocument(response.body, provider: Self.provider).credentials
    }

    private func agent() throws(CredentialsError) -> HTTPURL {
        if let path = environment.nonBlank("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/"), let url = HTTPURL("http://169.254.170.2\(path)") else {
                throw misconfigured("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path that begins with /")
            }
            return url
        }
        let key = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
        guard let text = environment.nonBlank(key) else {
            throw CredentialsError(.notConfigured, provider: Self.provider, "\(key) and its RELATIVE_URI are not set")
        }
        guard let url = HTTPURL(text), url.user == nil else {
            throw misconfigured("\(key) is not an http or https URL without user info")
        }
        guard url.scheme == "https" || Self.isAllowedOverHTTP(url.host) else {
            throw misconfigured(
                "\(key) names the host \(url.host); without https only loopback, 169.254.170.2, 169.254.170.23 "
                    + "and fd00:ec2::23 are allowed"
            )
        }
        return url
    }

    static func isAllowedOverHTTP(_ host: String) -> Bool {
        if ["localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(host) { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return octets.count == 4 && octets.first == 127 && !octets.contains(nil)
    }

    private func authorization() throws(CredentialsError) -> String? {
        var token = environment.nonBlank("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        let key = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
        if let path = environment.nonBlank(key) {
            do {
                token = try LocalFile(path: path).text()
            } catch {
                throw misconfigured("\(key) names \(path), which \(error)")
            }
        }
        // A line break would begin a field of its own.
        guard token?.utf8.contains(where: { $0 == 0x0a || $0 == 0x0d }) != true else {
            throw misconfigured("the authorization token contains a line break")
        }
        return token
    }

    private func misconfigured(_ message: String) -> CredentialsError {
        CredentialsError(.misconfigured, provider: Self.provider, message)
    }
}
