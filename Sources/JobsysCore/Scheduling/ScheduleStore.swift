import JobsysTime

/// Where schedules are kept.
///
/// All calls throw ``DependencyError``, or `CancellationError` when the calling task is cancelled; a write may then have
/// happened or not. One that answers with a single schedule throws ``UnreadableRecord`` if this version cannot read it.
public protocol ScheduleStore: Sendable {
    /// A schedule, with all that was written before; nil if there is none.
    func schedule(_ key: ScheduleKey) async throws -> Schedule?

    /// The schedules of a tenant, or all of them, by tenant and id; what was written within the last second or so may be
    /// missing, and what cannot be read is left out.
    func schedules(of tenant: String?) async throws -> [Schedule]

    /// Writes a schedule as it is, if it has that revision, or if there is none and `revision` is nil.
    ///
    /// - Returns: Whether it was written.
    func save(_ schedule: Schedule, replacing revision: Int?) async throws -> Bool

    /// Writes how far a schedule has come, if it has that revision, and makes it one higher; what else is known of the
    /// schedule stays as it is.
    ///
    /// - Returns: Whether it was written.
    func advance(_ key: ScheduleKey, to state: ScheduleState, from revision: Int) async throws -> Bool

    /// Removes a schedule.
    ///
    /// - Returns: Whether there was one.
    func delete(_ key: ScheduleKey) async throws -> Bool

    /// A number that is another one after every ``noteChange()``.
    func changeCount() async throws -> Int

    /// Has whoever fires schedules look at all of them again.
    func noteChange() async throws
}
