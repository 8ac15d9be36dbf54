/// How long a worker holds a job that it does not renew, and how often it renews.
public struct LeaseTiming: Sendable, Hashable {
    /// How long a lease lasts.
    public var length: Duration
    /// How long after the claim, and after each renewal, the next renewal is made.
    public var renewalInterval: Duration

    /// How long the message stays hidden: a little longer than the lease that follows its receipt, so that whoever gets
    /// it next finds a lease that has ended and not one that is about to.
    public var visibility: Duration { length + .seconds(2) }

    /// Makes a timing that renews after a third of the length: a renewal that fails at once has a second chance, and one
    /// that fails slowly may have none.
    public init(length: Duration = .seconds(60)) {
        self.length = length
        renewalInterval = length / 3
    }
}
