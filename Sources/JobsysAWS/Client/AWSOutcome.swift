/// What an operation came to, and what it took.
public struct AWSOutcome<Output: Sendable>: Sendable {
    /// The operation's own output.
    public let output: Output

    /// The number of requests that were sent.
    public let attempts: Int

    /// Whether an attempt before the last may have been applied too: it was sent, and what came of it is not known.
    ///
    /// A condition that fails then may have failed on the effect of this very operation.
    public let mayHaveBeenAppliedBefore: Bool

    /// Creates an outcome.
    public init(output: Output, attempts: Int = 1, mayHaveBeenAppliedBefore: Bool = false) {
        self.output = output
        self.attempts = attempts
        self.mayHaveBeenAppliedBefore = mayHaveBeenAppliedBefore
    }
}

extension AWSOutcome: Equatable where Output: Equatable {}
