import JobsysAWS
import JobsysSigV4
import Synchronization
import Testing

/// Against an emulator that looks at a session's end, and gives out sessions of seconds where AWS wants 15 minutes.
///
/// Serialized, because a new session makes it forget those that have expired: it then no longer says that they have.
@Suite(
    "Sessions that expire",
    .serialized,
    .enabled(if: VerifyingEmulator.endpoint != nil, "JOBSYS_TEST_AUTH_ENDPOINT is not set"),
    .timeLimit(.minutes(1))
)
struct ExpiringSessionTests {
    /// Calls of two services about what is not there: a client that gets through is told so.
    enum Probe: String, CaseIterable {
        case queue = "QueueDoesNotExist"
        case table = "ResourceNotFoundException"

        func call(_ client: AWSClient) async -> AWSError? {
            await #expect(throws: AWSError.self) {
                switch self {
                case .queue: _ = try await client.perform(SQS.GetQueueUrl(queueName: "none"))
                case .table: _ = try await client.perform(DynamoDB.DescribeTable(table: "none"))
                }
            }
        }
    }

    @Test("A session works until it has expired, then the service refuses it by that name", arguments: Probe.allCases)
    func refused(probe: Probe) async throws {
        try await VerifyingEmulator.with { emulator in
            let session = try await emulator.session(of: try await emulator.newRole(), for: .seconds(1))
            let client = try emulator.client(StaticCredentials(session))
            var error = await probe.call(client)
            #expect(error?.code == probe.rawValue)
            while error?.code == probe.rawValue { error = await probe.call(client) }
            #expect(error?.code.hasPrefix("ExpiredToken") == true, "\(String(describing: error))")
            #expect(error?.kind == .credentials)
            // There are no other credentials to try.
            #expect(error?.attempts == 1)
        }
    }

    @Test("A session that expires while nobody expects it is replaced, and the call goes on", arguments: Probe.allCases)
    func replaced(probe: Probe) async throws {
        try await VerifyingEmulator.with { emulator in
            let role = try await emulator.newRole()
            // The first session has expired when it comes, and none says when it will.
            let sessions = Sessions(emulator, role, durations: [.zero, .seconds(60)], tellsExpiration: false)
            let client = try emulator.client(CredentialsCache(sessions))
            let first = await probe.call(client)
            #expect(first?.code == probe.rawValue)
            #expect(first?.attempts == 2)
            let second = await probe.call(client)
            #expect(second?.code == probe.rawValue)
            #expect(second?.attempts == 1)
            #expect(sessions.count == 2)
        }
    }

    @Test("A session that says when it expires is replaced before that, so that no call is refused")
    func replacedInTime() async throws {
        try await VerifyingEmulator.with { emulator in
            let role = try await emulator.newRole()
            let sessions = Sessions(emulator, role, durations: [.seconds(4)], tellsExpiration: true)
            let client = try emulator.client(CredentialsCache(sessions))
            while sessions.count < 3 {
                let error = await Probe.queue.call(client)
                #expect(error?.code == Probe.queue.rawValue)
                #expect(error?.attempts == 1)
            }
        }
    }
}

/// Takes on a role anew each time it is asked; the last duration is for all sessions to come.
private final class Sessions: CredentialsProvider {
    private let emulator: VerifyingEmulator
    private let role: String
    private let durations: [Duration]
    private let tellsExpiration: Bool
    private let asked = Atomic(0)

    init(_ emulator: VerifyingEmulator, _ role: String, durations: [Duration], tellsExpiration: Bool) {
        self.emulator = emulator
        self.role = role
        self.durations = durations
        self.tellsExpiration = tellsExpiration
    }

    var count: Int { asked.load(ordering: .relaxed) }

    func credentials() async throws -> AWSCredentials {
        let number = asked.wrappingAdd(1, ordering: .relaxed).oldValue
        var session = try await emulator.session(of: role, for: durations[min(number, durations.count - 1)])
        if !tellsExpiration { session.expiration = nil }
        return session
    }
}
