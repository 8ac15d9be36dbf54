/// How long a worker holds a job that it does not renew, and how often it renews.
public struct LeaseTiming: Sendable, Hashable {
    /// How long a lease, and with it the message's invisibility, lasts.
    public var length: Duration
    /// How long after the claim, and after each renewal, the next renewal is made.
    public var renewalInterval: Duration

    /// Makes a timing that renews after a third of the length: two renewals may fail before the lease ends.
    public init(length: Duration = .seconds(60)) {
        self.length = length
        renewalInterval = length / 3
    }
}
