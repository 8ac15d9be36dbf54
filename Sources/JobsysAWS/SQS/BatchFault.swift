extension SQS {
    /// Why SQS would refuse a whole batch, sound entries included.
    public enum BatchFault: Error, Sendable, Hashable {
        /// There is no entry.
        case empty
        /// There are more than 10 entries.
        case tooManyEntries(Int)
        /// An id is not 1 to 80 letters, digits, `-` and `_`.
        case invalidID(String)
        /// Two entries have the same id.
        case repeatedID(String)
        /// The messages have more than 1 MiB together.
        case tooLarge(bytes: Int)

        /// The number of entries that a batch may have.
        public static let maxEntries = 10

        /// The first fault in a batch's ids.
        init?(ids: [String]) {
            guard !ids.isEmpty else {
                self = .empty
                return
            }
            guard ids.count <= Self.maxEntries else {
                self = .tooManyEntries(ids.count)
                return
            }
            var seen: Set<String> = []
            for id in ids {
                guard (1...80).contains(id.utf8.count), id.utf8.allSatisfy(\.isSQSNameByte) else {
                    self = .invalidID(id)
                    return
                }
                guard seen.insert(id).inserted else {
                    self = .repeatedID(id)
                    return
                }
            }
            return nil
        }
    }
}

extension SQS.SendMessageBatch {
    /// Why SQS would refuse the batch as a whole; nil if it would not.
    ///
    /// For what is wrong with a single message see ``SQS/OutgoingMessage/fault``.
    public var fault: SQS.BatchFault? {
        if let fault = SQS.BatchFault(ids: entries.map(\.id)) { return fault }
        let bytes = entries.reduce(0) { $0 + $1.message.byteCount }
        return bytes > SQS.maxBytes ? .tooLarge(bytes: bytes) : nil
    }
}

extension SQS.DeleteMessageBatch {
    /// Why SQS would refuse the batch as a whole; nil if it would not.
    public var fault: SQS.BatchFault? { SQS.BatchFault(ids: entries.map(\.id)) }
}

extension SQS.ChangeMessageVisibilityBatch {
    /// Why SQS would refuse the batch as a whole; nil if it would not.
    public var fault: SQS.BatchFault? { SQS.BatchFault(ids: entries.map(\.id)) }
}
