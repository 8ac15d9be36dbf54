public import JobsysTime

/// Brings back what no message will: jobs whose message was lost with the process that was to send it, and those that
/// start too late for a queue.
///
/// All that it does is harmless when it is done twice, or in vain: a message too many is deleted by whoever receives it.
/// It keeps no state of its own; whoever leads calls ``round(_:)`` again and again.
public struct Reconciler: Sendable {
    let store: any ReconcilerStore
    let sender: any JobSender
    let backlog: any QueueBacklog
    let orderedBacklog: (any QueueBacklog)?
    let oldestReceipt: @Sendable () -> Timestamp?
    let options: ReconcilerOptions
    let meter: ReconcilerMeter
    let now: @Sendable () -> Timestamp

    /// Makes a reconciler.
    ///
    /// - Parameters:
    ///   - store: The jobs, and how far it has come.
    ///   - sender: Where messages are sent.
    ///   - backlog: How much waits in the queue that they are sent to.
    ///   - orderedBacklog: How much waits in the queue of jobs with an ordering key; nil if they share the other one.
    ///   - oldestReceipt: When the oldest message was sent that this worker has lately received for the first time.
    ///   - options: How it goes about its work.
    ///   - meter: Is told of every message that it sends.
    ///   - now: The wall clock, which the records go by.
    public init(
        store: any ReconcilerStore,
        sender: any JobSender,
        backlog: any QueueBacklog,
        orderedBacklog: (any QueueBacklog)? = nil,
        oldestReceipt: @escaping @Sendable () -> Timestamp?,
        options: ReconcilerOptions = ReconcilerOptions(),
        meter: ReconcilerMeter = ReconcilerMeter(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.sender = sender
        self.backlog = backlog
        self.orderedBacklog = orderedBacklog
        self.oldestReceipt = oldestReceipt
        self.options = options
        self.meter = meter
        self.now = now
    }

    /// Reads how far the leader before has come.
    ///
    /// - Throws: ``DependencyError``, `CancellationError`.
    public func resume() async throws -> ReconcilerState {
        ReconcilerState(try await store.checkpoint(), shards: store.shards, at: now())
    }

    /// Sends what is due and what was lost, up to a bound.
    ///
    /// - Returns: Whether more can be done at once.
    /// - Throws: ``DependencyError``, `CancellationError`. The state is true nevertheless, and the next round goes on.
    public func round(_ state: inout ReconcilerState) async throws -> Bool {
        let moreIsDue = try await promoteDue(&state)
        let walkGoesOn = try await walk(&state)
        try await lookAgain(&state)
        try await save(&state)
        return moreIsDue || walkGoesOn
    }

    /// Keeps how far it has come, if that has changed and was not kept just now.
    private func save(_ state: inout ReconcilerState) async throws {
        let instant = now()
        guard state.checkpoint != state.saved,
            state.saved == nil || instant.duration(since: state.savedAt) >= options.saveInterval
        else { return }
        try await store.save(state.checkpoint)
        state.saved = state.checkpoint
        state.savedAt = instant
    }

    /// The jobs as they are now, by their ids.
    func jobsByID(_ ids: [JobID]) async throws -> [JobID: Job] {
        let jobs = try await store.jobs(ids, consistently: true)
        return Dictionary(jobs.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Makes one of several calls, of which one may fail and the others not.
    func attempt(_ call: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            return .success(try await call())
        } catch {
            return .failure(error)
        }
    }

    /// How many calls are under way at once.
    static let callsAtOnce = 10
}
