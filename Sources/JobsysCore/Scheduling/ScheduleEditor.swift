public import JobsysObservability
public import JobsysTime

/// Changes schedules as people ask for it.
///
/// Every write goes by the revision that was read, so that none undoes a tick or another change. All calls throw what the
/// store throws, and may be repeated.
public struct ScheduleEditor: Sendable {
    private let store: any ScheduleStore
    private let submitter: JobSubmitter
    private let now: @Sendable () -> Timestamp

    /// Makes an editor.
    public init(
        store: any ScheduleStore,
        submitter: JobSubmitter,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.submitter = submitter
        self.now = now
    }

    /// A schedule; nil if there is none.
    public func schedule(_ key: ScheduleKey) async throws -> Schedule? { try await store.schedule(key) }

    /// The schedules of a tenant, or all.
    public func schedules(of tenant: String?) async throws -> [Schedule] { try await store.schedules(of: tenant) }

    /// Makes a schedule, or changes one.
    ///
    /// One whose times stay as they are loses no tick by it; other times count from now on.
    ///
    /// - Returns: The schedule, and whether it is new.
    public func set(_ key: ScheduleKey, _ document: ScheduleDocument) async throws -> (schedule: Schedule, isNew: Bool)
    {
        for _ in 0..<Self.tries {
            guard let current = try await store.schedule(key) else {
                let schedule = Schedule(key, document.definition, isPaused: document.isPaused ?? false, at: now())
                guard try await store.save(schedule, replacing: nil) else { continue }
                try await store.noteChange()
                return (schedule, true)
            }
            var next = current
            if !current.definition.hasTicks(of: document.definition) { next.startOver(at: now()) }
            next.definition = document.definition
            if let isPaused = document.isPaused { next.pause(isPaused, at: now()) }
            if let schedule = try await write(next, over: current) { return (schedule, false) }
        }
        throw Self.moving
    }

    /// Pauses a schedule, or has it go on with the ticks from now on; nil if there is none.
    public func pause(_ key: ScheduleKey, _ isPaused: Bool) async throws -> Schedule? {
        for _ in 0..<Self.tries {
            guard let current = try await store.schedule(key) else { return nil }
            var next = current
            next.pause(isPaused, at: now())
            if let schedule = try await write(next, over: current) { return schedule }
        }
        throw Self.moving
    }

    /// Removes a schedule; its jobs stay.
    ///
    /// - Returns: Whether there was one.
    public func delete(_ key: ScheduleKey) async throws -> Bool {
        let wasThere = try await store.delete(key)
        try await store.noteChange()
        return wasThere
    }

    /// Has a schedule's job run now, apart from its ticks: whether it is paused, or a run goes on, does not count.
    ///
    /// - Returns: The job; nil if there is no such schedule.
    public func run(
        _ schedule: Schedule,
        idempotencyKey: String?,
        trace: TraceContext
    ) async throws -> JobSubmitter.Ticket {
        let tick = ScheduleTick(scheduleID: schedule.key.id, at: now())
        let submission = schedule.definition.submission(for: schedule.key, tick, idempotencyKey: idempotencyKey)
        return try await submitter.submit(submission, trace: trace)
    }

    /// Writes a change, if it is one; nil if somebody else has written meanwhile.
    private func write(_ next: Schedule, over current: Schedule) async throws -> Schedule? {
        var next = next
        if next != current {
            next.revision += 1
            next.updatedAt = now()
            guard try await store.save(next, replacing: current.revision) else { return nil }
        }
        // Also if nothing has changed: who repeats a change may never have come to this.
        try await store.noteChange()
        return next
    }

    private static let tries = 5
    private static let moving = DependencyError(
        dependency: "schedules",
        code: "Moving",
        message: "the schedule was written by others whenever it was to be changed",
        isTransient: true
    )
}

extension Schedule {
    /// Leaves out what was before an instant.
    fileprivate mutating func startOver(at now: Timestamp) {
        state.cursor = max(state.cursor, now)
        state.buffered = nil
    }

    /// Pauses it, or has it go on with the ticks from now on.
    fileprivate mutating func pause(_ isPaused: Bool, at now: Timestamp) {
        guard isPaused != self.isPaused else { return }
        self.isPaused = isPaused
        startOver(at: now)
    }
}
