/// Names one transfer for as long as it lives.
struct TransferID: Hashable, Sendable {
    let rawValue: UInt64
}

/// Decides what becomes of every transfer, from submission to its end.
///
/// Callers submit and cancel from any thread; one owner asks for its next step and reports what has ended. The table
/// holds each payload until exactly one side has been told to deal with it: the owner by ``next()``, or a caller by an
/// action that hands the payload back. It knows neither curl nor threads: the user locks it and performs the actions.
struct TransferTable<Payload> {
    struct Entry {
        let id: TransferID
        let payload: Payload
    }

    enum SubmitAction {
        case queued(wakeOwner: Bool)
        case refuse(Payload)
    }

    enum CancelAction {
        /// Never started: the caller ends it at once.
        case end(Payload)
        /// The owner has it and will be told to abort it.
        case abort(wakeOwner: Bool)
        /// Unknown: not submitted yet, or ended already.
        case ignore
    }

    enum OwnerAction {
        case work(start: [Entry], abort: [TransferID])
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
    private var queued: [Entry] = []
    private var running: Set<TransferID> = []
    private var aborting: [TransferID] = []
    private var ownerSleeps = false

    /// Takes a new transfer.
    mutating func submit(_ id: TransferID, _ payload: Payload) -> SubmitAction {
        guard phase == .accepting else { return .refuse(payload) }
        queued.append(Entry(id: id, payload: payload))
        return .queued(wakeOwner: takeWake())
    }

    /// Asks for the end of a transfer; harmless at any time and any number of times.
    mutating func cancel(_ id: TransferID) -> CancelAction {
        if let index = queued.firstIndex(where: { $0.id == id }) {
            return .end(queued.remove(at: index).payload)
        }
        guard running.contains(id) else { return .ignore }
        aborting.append(id)
        return .abort(wakeOwner: takeWake())
    }

    /// Tells the owner what to do now.
    mutating func next() -> OwnerAction {
        ownerSleeps = false
        if phase != .accepting {
            aborting.removeAll()
            return .stop(takeQueued())
        }
        if queued.isEmpty, aborting.isEmpty {
            ownerSleeps = true
            return .sleep
        }
        let start = takeQueued()
        for entry in start { running.insert(entry.id) }
        let abort = aborting
        aborting.removeAll()
        return .work(start: start, abort: abort)
    }

    /// Notes that a transfer that was started has ended, in whichever way.
    mutating func finished(_ id: TransferID) {
        running.remove(id)
        if !aborting.isEmpty { aborting.removeAll { $0 == id } }
    }

    /// Ends everything: nothing is accepted from now on.
    mutating func stop() -> StopAction {
        guard phase != .stopped else { return .alreadyStopped }
        phase = .stopping
        return .wait(wakeOwner: takeWake())
    }

    /// Notes that the owner has ended everything and will not ask again.
    mutating func stopped() {
        phase = .stopped
        running.removeAll()
    }

    /// Only the first to find the owner asleep has to wake it.
    private mutating func takeWake() -> Bool {
        defer { ownerSleeps = false }
        return ownerSleeps
    }

    private mutating func takeQueued() -> [Entry] {
        // The room stays with the table: submitters do not have to make it again.
        defer { queued.removeAll(keepingCapacity: true) }
        return Array(queued)
    }
}

extension TransferTable.Entry: Sendable where Payload: Sendable {}
