import JSON

extension DynamoDB {
    /// What became of a transaction.
    public enum TransactionOutcome: Sendable, Hashable {
        /// All actions took place.
        case committed
        /// None did; one reason for each action, in their order.
        case cancelled([CancellationReason])
    }

    /// What an action had to do with the cancellation of its transaction.
    public struct CancellationReason: Sendable, Hashable {
        /// `None` for an action that was in order, else such as `ConditionalCheckFailed`.
        public var code: String
        /// The service's text.
        public var message: String?
        /// The item that is there, if it was asked for.
        public var item: Item?

        /// Creates a reason.
        public init(code: String, message: String? = nil, item: Item? = nil) {
            self.code = code
            self.message = message
            self.item = item
        }

        /// Whether the condition of this action did not hold.
        public var isConditionFailure: Bool { code == "ConditionalCheckFailed" }

        /// Whether it was this action that had the transaction cancelled.
        public var isFailure: Bool { code != "None" }
    }
}

extension DynamoDB.CancellationReason {
    /// Reads the reasons of a cancelled transaction; nil if the error is another one or gives none.
    static func reasons(in failure: AWSServiceFailure) throws(JSONError) -> [DynamoDB.CancellationReason]? {
        guard failure.code == "TransactionCanceledException" else { return nil }
        var reasons: [DynamoDB.CancellationReason]?
        var reader = JSONReader(failure.body)
        try reader.readMembers { reader, key throws(JSONError) in
            guard key == "CancellationReasons" else { return }
            reasons = try reader.readElements { reader throws(JSONError) in
                try DynamoDB.CancellationReason(&reader)
            }
        }
        return reasons
    }

    private init(_ reader: inout JSONReader) throws(JSONError) {
        var reason = DynamoDB.CancellationReason(code: "None")
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "Code": reason.code = try reader.readString()
            case "Message": reason.message = try reader.readString()
            case "Item": reason.item = try reader.readItem()
            default: break
            }
        }
        self = reason
    }
}
