/// Names one transfer for as long as it lives.
struct TransferID: Hashable, Sendable {
    let rawValue: UInt64
}

/// Decides what becomes of every transfer, from submission to its end, and of the jobs that are to run beside them.
///
/// Callers submit, cancel and enqueue from any thread; one owner asks for its next step. The table holds each payload and
/// each job until exactly one side has been told to deal with it: the owner by ``next()`` or ``stopped()``, or a caller
/// by an action that hands it back. It knows neither curl nor threads: the user locks it and performs the actions.
struct TransferTable<Payload, Job> {
    struct Entry {
        let id: TransferID
        let payload: Payload
    }

    enum SubmitAction {
        case queued(wakeOwner: Bool)
        case refuse(Payload)
    }

    enum EnqueueAction {
        case queued(wakeOwner: Bool)
        /// The owner is gone: the job has to run elsewhere.
        case refuse(Job)
    }

    enum CancelAction {
        /// Never started: the caller ends it at once.
        case end(Payload)
        /// The owner will be told to abort it, if it has it: the transfer may not be submitted yet or ended already.
        case abort(wakeOwner: Bool)
    }

    enum OwnerAction {
        case work(jobs: [Job], start: [Entry], abort: [TransferID])
        /// Nothing to do: sleep until there is network traffic, a timer is due or somebody wakes the owner.
        case sleep
        /// End these, which never started, and everything that runs; then report ``stopped()``.
        case stop([Entry])
    }

    enum StopAction {
        case wait(wakeOwner: Bool)
        case alreadyStopped
    }

    private enum Phase {
        case accepting
        case stopping
        case stopped
    }

    private var phase = Phase.accepting
    private var jobs: [Job] = []
    private var queued: [Entry] = []
    private var aborting: [TransferID] = []
    private var ownerSleeps = false

    /// Takes a new transfer.
    mutating func submit(_ id: TransferID, _ payload: Payload) -> SubmitAction {
        guard phase == .accepting else { return .refuse(payload) }
        queued.append(Entry(id: id, payload: payload))
        return .queued(wakeOwner: takeWake())
    }

    /// Takes a job that the owner is to run, until it has ended everything.
    mutating func enqueue(_ job: Job) -> EnqueueAction {
        guard phase != .stopped else { return .refuse(job) }
        jobs.append(job)
        return .queued(wakeOwner: takeWake())
    }

    /// Asks for the end of a transfer; harmless at any time and any number of times.
    mutating func cancel(_ id: TransferID) -> CancelAction {
        if let index = queued.firstIndex(where: { $0.id == id }) {
            return .end(queued.remove(at: index).payload)
        }
        guard phase == .accepting else { return .abort(wakeOwner: false) }
        aborting.append(id)
        return .abort(wakeOwner: takeWake())
    }

    /// Tells the owner what to do now.
    mutating func next() -> OwnerAction {
        ownerSleeps = false
        if phase != .accepting {
            aborting.removeAll()
            return .stop(Self.takeAll(&queued))
        }
        if jobs.isEmpty, queued.isEmpty, aborting.isEmpty {
            ownerSleeps = true
            return .sleep
        }
        return .work(
            jobs: Self.takeAll(&jobs),
            start: Self.takeAll(&queued),
            abort: Self.takeAll(&aborting)
        )
    }

    /// Notes that the owner has woken, and asks again before it sleeps.
    mutating func ownerWoke() {
        ownerSleeps = false
    }

    /// Ends everything: nothing is accepted from now on.
    mutating func stop() -> StopAction {
        guard phase != .stopped else { return .alreadyStopped }
        phase = .stopping
        return .wait(wakeOwner: takeWake())
    }

    /// Notes that the owner has ended everything and will not ask again; returns the jobs that have to run elsewhere.
    mutating func stopped() -> [Job] {
        phase = .stopped
        return Self.takeAll(&jobs)
    }

    /// Only the first to find the owner asleep has to wake it.
    private mutating func takeWake() -> Bool {
        defer { ownerSleeps = false }
        return ownerSleeps
    }

    /// The room stays with the table: callers do not have to make it again.
    private static func takeAll<Element>(_ elements: inout [Element]) -> [Element] {
        guard !elements.isEmpty else { return [] }
        defer { elements.removeAll(keepingCapacity: true) }
        return elements
    }
}

extension TransferTable.Entry: Sendable where Payload: Sendable, Job: Sendable {}
