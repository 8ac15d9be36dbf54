import JobsysHTTP
public import JobsysSigV4

/// Asks providers in order; the first that is configured decides.
///
/// A provider that is configured but fails ends the search: signing with somebody else's identity would be worse
/// than failing. The failure lists every provider that was asked and why it was passed over.
public struct CredentialsChain: CredentialsProvider {
    private let providers: [any CredentialsProvider]

    /// Creates a chain.
    public init(_ providers: [any CredentialsProvider]) {
        self.providers = providers
    }

    /// The environment's keys, its web identity, the profile, the container's agent, the instance's metadata.
    ///
    /// `region` is where STS is asked. Nothing is read or sent before the chain is asked.
    static func standard(
        environment: [String: String],
        region: String,
        transport: any HTTPTransport,
        runtime: AWSRuntime
    ) -> CredentialsChain {
        CredentialsChain([
            EnvironmentCredentials(environment: environment),
            EnvironmentWebIdentity(environment: environment, region: region, transport: transport, runtime: runtime),
            ProfileCredentials(environment: environment, region: region, transport: transport, runtime: runtime),
            ContainerCredentials(environment: environment, transport: transport, runtime: runtime),
            InstanceCredentials(environment: environment, transport: transport, runtime: runtime),
        ])
    }

    /// The credentials of the first provider that is configured.
    public func credentials() async throws -> AWSCredentials {
        var skipped: [String] = []
        for provider in providers {
            do {
                return try await provider.credentials()
            } catch let error as CredentialsError where error.code == .notConfigured {
                skipped.append(error.description)
            } catch let error as CredentialsError {
                let note = skipped.isEmpty ? "" : "; passed over: " + skipped.joined(separator: "; ")
                throw CredentialsError(error.code, provider: error.provider, error.message + note, cause: error.cause)
            }
        }
        throw CredentialsError(.notConfigured, provider: "no credentials", skipped.joined(separator: "; "))
    }

    /// Tells all providers.
    public func discard(_ credentials: AWSCredentials) {
        for provider in providers { provider.discard(credentials) }
    }
}
