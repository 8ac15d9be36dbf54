import FoundationEssentials
import JobsysAWS
import JobsysSigV4
import Synchronization

/// Hands out one key after the other and counts; a name that begins with `!` is a failure.
final class ListedCredentials: CredentialsProvider {
    private let state: Mutex<(names: [String], calls: Int)>
    private let expiration: @Sendable () -> Date?
    private let gate: @Sendable () async throws -> Void

    init(
        _ names: [String],
        expiration: @escaping @Sendable () -> Date? = { nil },
        gate: @escaping @Sendable () async throws -> Void = {}
    ) {
        state = Mutex((names, 0))
        self.expiration = expiration
        self.gate = gate
    }

    var calls: Int { state.withLock { $0.calls } }

    func credentials() async throws -> AWSCredentials {
        let name = state.withLock { state in
            state.calls += 1
            return state.names.count > 1 ? state.names.removeFirst() : state.names[0]
        }
        try await gate()
        guard !name.hasPrefix("!") else { throw CredentialsError(.unavailable, provider: "listed", name) }
        return AWSCredentials(
            accessKeyID: name,
            secretAccessKey: "secret",
            sessionToken: nil,
            expiration: expiration()
        )
    }
}
