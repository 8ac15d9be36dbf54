/// What a runner asks and tells while it deals with a message.
public struct RunHooks: Sendable {
    /// The store has granted or refused the claim, and so is known to take writes.
    public var onClaim: @Sendable () -> Void
    /// Asked when a job was claimed: whether it may start; if not, it is released.
    public var mayStart: @Sendable (Job) -> Bool
    /// A renewal of the lease has been made, or has failed.
    public var onRenewal: @Sendable () -> Void
    /// Asked when an attempt has ended: whether that counts; if not, the job is released.
    public var counts: @Sendable (Job, JobOutcome) -> Bool

    /// Makes hooks; those that are left out do nothing, and allow all.
    public init(
        onClaim: @escaping @Sendable () -> Void = {},
        mayStart: @escaping @Sendable (Job) -> Bool = { _ in true },
        onRenewal: @escaping @Sendable () -> Void = {},
        counts: @escaping @Sendable (Job, JobOutcome) -> Bool = { _, _ in true }
    ) {
        self.onClaim = onClaim
        self.mayStart = mayStart
        self.onRenewal = onRenewal
        self.counts = counts
    }
}

/// What a runner leaves to its caller.
public enum Processing: Sendable, Hashable {
    /// Nothing: the message is dealt with.
    case settled
    /// The job waits again without an attempt burned, because a hook said so; when its message comes back is for the caller
    /// to say.
    case released
}
