public import JobsysJSON

extension DynamoDB {
    /// Writes up to 100 different items, all or none.
    ///
    /// A transaction that was cancelled only because it met others, or for lack of throughput, is repeated like a
    /// throttled request; when the attempts are used up the reasons are the outcome.
    public struct TransactWriteItems: DynamoDBOperation {
        /// The operation's name.
        public static let name = "TransactWriteItems"

        /// One part of a transaction.
        public enum Action: Sendable {
            /// Writes an item.
            case put(PutItem)
            /// Changes an item.
            case update(UpdateItem)
            /// Removes an item.
            case delete(DeleteItem)
            /// Makes a condition on an item.
            case conditionCheck(ConditionCheck)
        }

        /// The parts.
        public var actions: [Action]
        /// Names the transaction, 1 to 36 characters: for ten minutes the same one takes effect once only.
        public var clientRequestToken: String

        /// Creates the operation.
        public init(actions: [Action], clientRequestToken: String) {
            self.actions = actions
            self.clientRequestToken = clientRequestToken
        }

        /// Safe, thanks to the token.
        public var isSafeToRepeat: Bool { true }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            writer.array("TransactItems") { writer in
                for action in actions { writer.object { action.encode(to: &$0) } }
            }
            writer.member("ClientRequestToken", clientRequestToken)
        }

        /// Reads the answer, which says nothing more.
        public static func decode(_ reader: inout JSONReader) throws -> TransactionOutcome {
            try reader.skipValue()
            return .committed
        }

        /// Another attempt if every action that failed may succeed in it.
        public static func verdict(on failure: AWSServiceFailure) -> RetryVerdict {
            CancellationReason.verdict(on: failure)
        }

        /// A cancelled transaction is an outcome.
        public static func recover(from failure: AWSServiceFailure) throws -> TransactionOutcome? {
            try CancellationReason.reasons(in: failure).map { .cancelled($0) }
        }
    }
}

extension DynamoDB.TransactWriteItems.Action {
    fileprivate func encode(to writer: inout JSONWriter) {
        switch self {
        case .put(let put): writer.object("Put") { put.encodeAction(to: &$0) }
        case .update(let update): writer.object("Update") { update.encodeAction(to: &$0) }
        case .delete(let delete): writer.object("Delete") { delete.encodeAction(to: &$0) }
        case .conditionCheck(let check): writer.object("ConditionCheck") { check.encodeAction(to: &$0) }
        }
    }
}

extension DynamoDB {
    /// What became of a transaction.
    public enum TransactionOutcome: Sendable, Hashable {
        /// All actions took place.
        case committed
        /// None did; one reason for each action, in their order.
        case cancelled([CancellationReason])
    }
}

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
