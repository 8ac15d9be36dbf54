extension DynamoDB {
    /// What became of a transaction.
    public enum TransactionOutcome: Sendable, Hashable {
        /// All actions took place.
        case committed
        /// None did; one reason for each action, in their order.
        case cancelled([CancellationReason])
    }
}
