public import JobsysJSON

extension DynamoDB {
    /// Writes a whole item, in place of the one with the same key.
    public struct PutItem: DynamoDBOperation {
        /// The operation's name.
        public static let name = "PutItem"

        /// The table's name or ARN.
        public var table: String
        /// The item, key included.
        public var item: Item
        /// What must hold for the item that is there.
        public var condition: Condition?
        /// `none` or `allOld`; not for a write in a transaction.
        public var returning: ReturnValues
        /// Whether a failed condition brings the item that is there.
        public var returnsExistingOnFailure: Bool

        /// Creates the operation.
        public init(
            table: String,
            item: Item,
            condition: Condition? = nil,
            returning: ReturnValues = .none,
            returnsExistingOnFailure: Bool = false
        ) {
            self.table = table
            self.item = item
            self.condition = condition
            self.returning = returning
            self.returnsExistingOnFailure = returnsExistingOnFailure
        }

        /// Safe without a condition and without a look at the past.
        public var isSafeToRepeat: Bool { condition == nil && returning == .none }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            encodeAction(to: &writer)
            writer.returnValues(returning)
        }

        /// Writes the members that a write in a transaction has too.
        func encodeAction(to writer: inout JSONWriter) {
            var aliases = ExpressionAliases()
            writer.member("TableName", table)
            writer.item("Item", item)
            writer.condition(condition, &aliases)
            aliases.encode(to: &writer)
            writer.existingOnFailure(returnsExistingOnFailure)
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> ConditionalWrite {
            try ConditionalWrite(&reader)
        }

        /// A failed condition is an outcome.
        public static func recover(from failure: AWSServiceFailure) throws -> ConditionalWrite? {
            try ConditionalWrite(failure)
        }
    }
}
