import JobsysJSON

extension DynamoDB {
    /// Why a statement of a batch had no effect.
    public struct StatementFailure: Error, Sendable, Hashable {
        /// Such as `ConditionalCheckFailed`, `DuplicateItem` or `ThrottlingError`.
        public var code: String
        /// The service's text.
        public var message: String
        /// The item that is there, if it was asked for.
        public var item: Item?

        /// Creates a failure.
        public init(code: String, message: String = "", item: Item? = nil) {
            self.code = code
            self.message = message
            self.item = item
        }

        /// Whether the condition did not hold, or an insert met an item.
        public var isConditionFailure: Bool { code == "ConditionalCheckFailed" || code == "DuplicateItem" }

        /// Whether the same statement may succeed later.
        public var isRetryable: Bool { Self.retryableCodes.contains(code) }

        init(_ reader: inout JSONReader) throws(JSONError) {
            var failure = StatementFailure(code: "Unknown")
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Code": failure.code = try reader.readString()
                case "Message": failure.message = try reader.readString()
                case "Item": failure.item = try reader.readItem()
                default: break
                }
            }
            self = failure
        }

        private static let retryableCodes: Set = [
            "InternalServerError", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "ThrottlingError",
            "TransactionConflict",
        ]
    }
}
