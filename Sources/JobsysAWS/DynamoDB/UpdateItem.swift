public import JobsysJSON

extension DynamoDB {
    /// Changes attributes of an item; without a condition it makes the item if there is none.
    public struct UpdateItem: DynamoDBOperation {
        /// The operation's name.
        public static let name = "UpdateItem"

        /// The table's name or ARN.
        public var table: String
        /// The item's primary key.
        public var key: Item
        /// What is changed.
        public var update: Update
        /// What must hold for the item as it is.
        public var condition: Condition?
        /// Which state of the item is wanted; not for a write in a transaction.
        public var returning: ReturnValues
        /// Whether a failed condition brings the item that is there.
        public var returnsExistingOnFailure: Bool

        /// Creates the operation.
        public init(
            table: String,
            key: Item,
            update: Update,
            condition: Condition? = nil,
            returning: ReturnValues = .none,
            returnsExistingOnFailure: Bool = false
        ) {
            self.table = table
            self.key = key
            self.update = update
            self.condition = condition
            self.returning = returning
            self.returnsExistingOnFailure = returnsExistingOnFailure
        }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            encodeAction(to: &writer)
            writer.returnValues(returning)
        }

        /// Writes the members that a write in a transaction has too.
        func encodeAction(to writer: inout JSONWriter) {
            var aliases = ExpressionAliases()
            writer.member("TableName", table)
            writer.item("Key", key)
            if !update.isEmpty { writer.member("UpdateExpression", update.render(&aliases)) }
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
