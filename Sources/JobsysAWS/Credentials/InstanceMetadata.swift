import HTTPTypes
import JobsysHTTP
import Logging

/// The metadata service of an EC2 instance, version 2 only: all questions are asked within a session.
struct InstanceMetadata {
    static let provider = "instance metadata"

    private let service: MetadataService
    private let isChosen: Bool
    private var session: String?

    /// Reads `AWS_EC2_METADATA_DISABLED`, `AWS_EC2_METADATA_SERVICE_ENDPOINT`,
    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE` (`IPv4` or `IPv6`), `AWS_METADATA_SERVICE_TIMEOUT` (seconds, 1) and
    /// `AWS_METADATA_SERVICE_NUM_ATTEMPTS` (1).
    init(
        environment: [String: String],
        transport: any HTTPTransport,
        runtime: AWSRuntime
    ) throws(CredentialsError) {
        isChosen = environment.nonBlank(Key.endpoint) != nil
        do {
            guard try !environment.flag(Key.disabled) else {
                throw CredentialsError(.notConfigured, provider: Self.provider, "\(Key.disabled) is true")
            }
            let timeout = Duration.seconds(try environment.positiveInteger(Key.timeout) ?? 1)
            service = MetadataService(
                provider: Self.provider,
                url: try Self.url(environment),
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

    /// The answer to a question; nil if the instance has none.
    ///
    /// - Throws: ``CredentialsError``, with `notConfigured` where nobody answers, or `CancellationError`.
    mutating func answer(_ path: String) async throws -> [UInt8]? {
        var response = try await get(path)
        if response.status == 401 {
            session = nil
            response = try await get(path)
        }
        if response.status == 404 { return nil }
        guard response.status == 200 else { throw service.refusal(response) }
        return response.body
    }

    private mutating func get(_ path: String) async throws -> TransportResponse {
        let session = try await openSession()
        return try await service.send(.get, path, fields: [.metadataToken: session])
    }

    /// Opens a session; where nobody answers there is no instance, which is no fault.
    private mutating func openSession() async throws -> String {
        if let session { return session }
        let response: TransportResponse
        do {
            response = try await service.send(.put, "/latest/api/token", fields: [.metadataTokenTTL: "21600"])
        } catch let error as CredentialsError where !isChosen {
            throw CredentialsError(.notConfigured, provider: Self.provider, error.message)
        }
        guard response.status == 200, let token = String(validating: response.body, as: UTF8.self), !token.isEmpty
        else { throw service.refusal(response) }
        session = token
        return token
    }

    private static func url(_ environment: [String: String]) throws(AWSConfigurationError) -> HTTPURL {
        let mode = environment.nonBlank(Key.mode) ?? "IPv4"
        guard ["ipv4", "ipv6"].contains(mode.lowercased()) else {
            throw AWSConfigurationError(key: Key.mode, found: mode, expected: "IPv4 or IPv6")
        }
        let ordinary = mode.lowercased() == "ipv4" ? "http://169.254.169.254" : "http://[fd00:ec2::254]"
        let text = environment.nonBlank(Key.endpoint) ?? ordinary
        guard let url = HTTPURL(text), url.user == nil, url.query == nil, url.fragment == nil else {
            throw AWSConfigurationError(
                key: Key.endpoint,
                // What stands before the @ may be a password.
                found: text.contains("@") ? "a URL with user info" : text,
                expected: "a URL such as http://169.254.169.254"
            )
        }
        return url
    }
}

extension InstanceMetadata {
    /// The region that the instance is in; nil where there is no instance or its answer makes no sense.
    ///
    /// - Throws: `CancellationError` if the calling task is cancelled.
    static func region(
        environment: [String: String],
        transport: any HTTPTransport,
        runtime: AWSRuntime
    ) async throws -> String? {
        do {
            var metadata = try InstanceMetadata(environment: environment, transport: transport, runtime: runtime)
            let answer = try await metadata.answer("/latest/meta-data/placement/region")
            return answer.map { String(decoding: $0, as: UTF8.self) }
                .flatMap { AWSConfiguration.isRegion($0) ? $0 : nil }
        } catch let error as CredentialsError {
            Logger.current.debug("The instance metadata service does not tell the region", error: error)
            return nil
        }
    }
}

private enum Key {
    static let disabled = "AWS_EC2_METADATA_DISABLED"
    static let endpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
    static let mode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
    static let timeout = "AWS_METADATA_SERVICE_TIMEOUT"
    static let attempts = "AWS_METADATA_SERVICE_NUM_ATTEMPTS"
}
