import JobsysJSON

extension DynamoDB {
    /// A condition in a transaction on an item that the transaction does not write.
    public struct ConditionCheck: Sendable, Hashable {
        /// The table's name or ARN.
        public var table: String
        /// The item's primary key.
        public var key: Item
        /// What must hold.
        public var condition: Condition
        /// Whether a failed condition brings the item that is there.
        public var returnsExistingOnFailure: Bool

        /// Creates the check.
        public init(table: String, key: Item, condition: Condition, returnsExistingOnFailure: Bool = false) {
            self.table = table
            self.key = key
            self.condition = condition
            self.returnsExistingOnFailure = returnsExistingOnFailure
        }

        func encodeAction(to writer: inout JSONWriter) {
            var aliases = ExpressionAliases()
            writer.member("TableName", table)
            writer.item("Key", key)
            writer.condition(condition, &aliases)
            aliases.encode(to: &writer)
            writer.existingOnFailure(returnsExistingOnFailure)
        }
    }
}
