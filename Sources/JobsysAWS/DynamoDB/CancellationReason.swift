import JobsysJSON

extension DynamoDB {
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
        public var isConditionFailure: Bool { ErrorName(code) == "ConditionalCheckFailed" }

        /// Whether it was this action that had the transaction cancelled.
        public var isFailure: Bool { code != "None" }
    }
}

extension DynamoDB.CancellationReason {
    /// Reads the reasons of a cancelled transaction; nil if the error is another one or gives none.
    static func reasons(in failure: AWSServiceFailure) throws(JSONError) -> [DynamoDB.CancellationReason]? {
        guard failure.name == "TransactionCanceled" else { return nil }
        var reader = JSONReader(failure.body)
        return try reader.readMember("CancellationReasons") { reader throws(JSONError) in
            try reader.readElements { reader throws(JSONError) in try DynamoDB.CancellationReason(&reader) }
        }
    }

    /// Another attempt if every action that failed may succeed in it.
    static func verdict(on failure: AWSServiceFailure) -> RetryVerdict {
        // Reasons that cannot be read are reported by whoever reads them next.
        let verdicts = (try? reasons(in: failure))?.filter(\.isFailure).map { RetryVerdict(ErrorName($0.code)) } ?? []
        guard !verdicts.isEmpty else { return RetryVerdict(failure) }
        guard verdicts.allSatisfy({ $0 == .transient || $0 == .throttled }) else { return .fail }
        return verdicts.contains(.throttled) ? .throttled : .transient
    }

    /// Reads a reason; without a code it is none.
    init(_ reader: inout JSONReader) throws(JSONError) {
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
