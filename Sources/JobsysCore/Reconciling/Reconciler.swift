public import JobsysTime

/// Sends the messages that nobody else will: of jobs whose message was lost with the process that was to send it, and of
/// jobs that start too late for a queue.
///
/// All that it does is harmless when it is done twice, or in vain: a message too many is deleted by whoever receives it.
/// Whoever leads calls ``round(_:)`` again and again. Each kind of call that it makes is a ``ReconcilerPart``: one that
/// fails is left alone for a while, longer each time, and the others go on.
public struct Reconciler: Sendable {
    let store: any ReconcilerStore
    let sender: any JobSender
    let backlog: any QueueBacklog
    let orderedBacklog: (any QueueBacklog)?
    let workflows: WorkflowEngine?
    let oldestReceipt: @Sendable () -> Timestamp?
    let isOffered: @Sendable (String) async -> Bool
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
    ///   - workflows: What mends workflows; without one, those are left alone.
    ///   - oldestReceipt: When the oldest message was sent that this worker has lately received for the first time.
    ///   - isOffered: Whether a worker may run jobs of a type now. The message of a job that none runs is put off again and
    ///     again, where no count of the queue shows it: a second one would not bring the job on.
    ///   - options: How it goes about its work.
    ///   - meter: Is told of every message that it sends, and of every failure.
    ///   - now: The wall clock, which the records go by.
    public init(
        store: any ReconcilerStore,
        sender: any JobSender,
        backlog: any QueueBacklog,
        orderedBacklog: (any QueueBacklog)? = nil,
        workflows: WorkflowEngine? = nil,
        oldestReceipt: @escaping @Sendable () -> Timestamp?,
        isOffered: @escaping @Sendable (String) async -> Bool = { _ in true },
        options: ReconcilerOptions = ReconcilerOptions(),
        meter: ReconcilerMeter = ReconcilerMeter(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.sender = sender
        self.backlog = backlog
        self.orderedBacklog = orderedBacklog
        self.workflows = workflows
        self.oldestReceipt = oldestReceipt
        self.isOffered = isOffered
        self.options = options
        self.meter = meter
        self.now = now
    }

    /// What a new leader knows; its first round reads how far the leader before has come.
    public func makeState() -> ReconcilerState {
        ReconcilerState(shards: store.shards, pauses: options.pauses)
    }

    /// Sends what is due and what was lost, up to a bound.
    ///
    /// What fails is part of the answer, and is tried again by a later round.
    ///
    /// - Throws: `CancellationError` alone. The state is true nevertheless.
    public func round(_ state: inout ReconcilerState) async throws -> ReconcilerRound {
        state.round = ReconcilerRound()
        try await load(&state)
        let moreIsDue = try await promoteDue(&state)
        var scanGoesOn = false
        if state.isLoaded {
            try await mendWorkflows(&state)
            scanGoesOn = try await scanTimeline(&state)
            try await checkWatched(&state)
            try await save(&state)
        }
        state.forgetOldFailures(at: now())
        state.round.hasMore = moreIsDue || scanGoesOn
        meter.note(state.round)
        return state.round
    }

    /// Has workflows mended whose time has come, and their open jobs watched: the timeline has passed those that waited.
    private func mendWorkflows(_ state: inout ReconcilerState) async throws {
        guard let workflows, state.workflowLookAt <= now() else { return }
        state.workflowLookAt = now() + Self.workflowPause
        let open = try await attempt(.workflows, &state) { try await workflows.mendDue() }
        for job in open ?? [] where state.checkpoint.watches[job.id] == nil { watch(job, in: &state) }
    }

    /// How long workflows are left alone after a look.
    private static let workflowPause: Duration = .seconds(30)

    /// Reads how far the leader before has come, unless that is known.
    private func load(_ state: inout ReconcilerState) async throws {
        guard !state.isLoaded else { return }
        let checkpoint = try await attempt(.checkpoint, &state) { try await store.checkpoint() }
        if let checkpoint { state.load(checkpoint, at: now()) }
    }

    /// Keeps how far it has come, if that has changed and was not kept just now.
    private func save(_ state: inout ReconcilerState) async throws {
        let instant = now()
        let checkpoint = state.checkpoint
        guard checkpoint != state.saved,
            state.saved == nil || instant.duration(since: state.savedAt) >= options.saveInterval
        else { return }
        guard try await attempt(.checkpoint, &state, { try await store.save(checkpoint) }) != nil else { return }
        state.saved = checkpoint
        state.savedAt = instant
    }
}
