import JobsysAWS
import JobsysPropertyTestKit
import JobsysTime
import Synchronization

/// Sends messages and writes records that none of our services would, past the services and the proxy.
final class HostileAdversary: Sendable {
    private let plan: HostilePlan
    private let plane: DataPlane
    private let state = Mutex(HostileLedger())

    init(_ plan: HostilePlan, against plane: DataPlane) {
        self.plan = plan
        self.plane = plane
    }

    /// What it has done so far.
    var ledger: HostileLedger { state.withLock(\.self) }

    /// Does one deed after the other, with pauses, until somebody says that it is over.
    ///
    /// Messages that hold no key for long come with one of the ordering keys of good jobs, and some name one of the jobs that
    /// there are tickets for.
    func run(
        every pause: Duration,
        among keys: [String],
        tickets: @Sendable () -> [Int: String],
        until isOver: @Sendable () -> Bool
    ) async throws {
        while !isOver() {
            let tickets = tickets()
            // Some messages name a good job.
            guard !tickets.isEmpty else {
                try await Task.sleep(for: pause)
                continue
            }
            let number = state.withLock { ledger in
                ledger.deeds += 1
                return ledger.deeds - 1
            }
            try await act(number, keys, tickets)
            try await Task.sleep(for: pause)
        }
    }

    private func act(_ number: Int, _ keys: [String], _ tickets: [Int: String]) async throws {
        var generator = plan.details(of: number)
        let job = tickets.min { $0.key.distance(to: number).magnitude < $1.key.distance(to: number).magnitude }?.value
        switch plan.deed(number) {
        case .message(let kind, let isOrdered):
            let target = target(number, isOrdered, isQuick: kind.isQuick, keys, &generator)
            let message = kind.message(number, to: target, naming: job ?? Self.nobody, &generator)
            try await send(message, isPatient: kind.isPatient)
        case .letter(let kind, let isOrdered):
            let target: HostileMessage.Target = isOrdered ? .orderedDeadLetters : .deadLetters
            let message = kind.message(number, to: target, naming: Self.nobody, &generator)
            try await send(message, isPatient: false)
        case .record(let kind, let isOrdered):
            let record = kind.record(at: .now(), &generator)
            state.withLock { $0.note(record) }
            _ = try await plane.aws.client.perform(DynamoDB.PutItem(table: plane.table.name, item: record.item))
            guard let end = kind.messageEnd, let job = record.job else { return }
            let message = HostileMessage(
                number: number,
                kind: "to a record: \(kind.rawValue)",
                body: jobMessageBody(number, job: job),
                attributes: ["jobType": "transform"],
                target: target(number, isOrdered, isQuick: kind.isQuick, keys, &generator),
                end: end
            )
            try await send(message, isPatient: false, job: job)
        }
    }

    private func target(
        _ number: Int,
        _ isOrdered: Bool,
        isQuick: Bool,
        _ keys: [String],
        _ generator: inout SeededGenerator
    ) -> HostileMessage.Target {
        guard isOrdered else { return .standard }
        guard isQuick, let key = keys.randomElement(using: &generator) else { return .ordered(key: mark(number)) }
        return .ordered(key: key)
    }

    /// Notes a message, and then sends it: so the audit knows of every one that may be there.
    private func send(_ message: HostileMessage, isPatient: Bool, job: String? = nil) async throws {
        state.withLock { $0.note(message, isPatient: isPatient, job: job) }
        let queue =
            switch message.target {
            case .standard: plane.jobs
            case .ordered: plane.orderedJobs
            case .deadLetters: plane.deadLetters
            case .orderedDeadLetters: plane.orderedDeadLetters
            }
        _ = try await plane.aws.client.perform(SQS.SendMessage(queueURL: queue.url, message: message.outgoing))
    }

    private static let nobody = "019a0000-0000-7000-8000-000000000000"
}

/// What a hostile adversary has done, for the audit.
struct HostileLedger: Sendable {
    /// A message, without its text.
    struct Message: Sendable {
        let number: Int
        let kind: String
        let bodySHA256: String
        let end: HostileMessage.End
        /// The job whose record was written with it.
        let job: String?
    }

    /// How many deeds were begun.
    var deeds = 0
    private(set) var messages: [Message] = []
    /// How many records were written.
    private(set) var records = 0
    /// The keys of all records.
    private(set) var keys: Set<String> = []
    /// The records that a job's message can name.
    private(set) var jobs: Set<String> = []
    /// How many messages of the ordered queue only the queue itself gives up, when their last receipt is used up.
    private(set) var patientOrderedMessages = 0

    mutating func note(_ record: HostileRecord) {
        records += 1
        keys.insert(record.key)
        if let job = record.job { jobs.insert(job) }
    }

    mutating func note(_ message: HostileMessage, isPatient: Bool, job: String?) {
        let entry = Message(
            number: message.number,
            kind: message.kind,
            bodySHA256: message.bodySHA256,
            end: message.end,
            job: job
        )
        messages.append(entry)
        if isPatient, case .ordered = message.target { patientOrderedMessages += 1 }
    }
}
