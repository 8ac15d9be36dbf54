/// What a runner asks and tells while it deals with a message.
public struct RunHooks: Sendable {
    /// The store has granted or refused the claim, and so is known to take writes.
    public var onClaim: @Sendable () -> Void
    /// Asked when a job was claimed: for how long it is to be put back, at the cost of no attempt; nil to start it.
    public var postponement: @Sendable (Job) -> Duration?
    /// A renewal of the lease has been made, or has failed.
    public var onRenewal: @Sendable () -> Void
    /// An attempt has ended; nothing of that is recorded yet.
    public var onOutcome: @Sendable (Job, JobOutcome) -> Void

    /// Makes hooks; those that are left out do nothing.
    public init(
        onClaim: @escaping @Sendable () -> Void = {},
        postponement: @escaping @Sendable (Job) -> Duration? = { _ in nil },
        onRenewal: @escaping @Sendable () -> Void = {},
        onOutcome: @escaping @Sendable (Job, JobOutcome) -> Void = { _, _ in }
    ) {
        self.onClaim = onClaim
        self.postponement = postponement
        self.onRenewal = onRenewal
        self.onOutcome = onOutcome
    }
}
