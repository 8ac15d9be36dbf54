public import JobsysJSON

extension DynamoDB {
    /// Writes and removes up to 25 items, 16 MB together, each for itself and without conditions.
    ///
    /// The service may leave writes out: ``AWSClient/complete(_:maxRequests:)`` sends them again. Where that fails the
    /// whole batch may be sent again; it comes to the same.
    public struct BatchWriteItem: DynamoDBOperation, AWSPartialOperation {
        /// The operation's name.
        public static let name = "BatchWriteItem"

        /// One write of a batch; no two may be of the same item.
        public enum Write: Sendable, Hashable {
            /// Writes a whole item, in place of the one with the same key.
            case put(Item)
            /// Removes the item with a key.
            case delete(key: Item)
        }

        /// What was not written.
        public struct Output: Sendable, Hashable {
            /// The writes, by table, that did not take place.
            public var unprocessed: [String: [Write]]

            /// Creates an output.
            public init(unprocessed: [String: [Write]] = [:]) {
                self.unprocessed = unprocessed
            }
        }

        /// What is written, by table.
        public var writes: [String: [Write]]

        /// Creates the operation.
        public init(_ writes: [String: [Write]]) {
            self.writes = writes
        }

        /// Safe: the same items are written.
        public var isSafeToRepeat: Bool { true }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            writer.map("RequestItems", writes) { writes, writer in
                writer.array { for write in writes { write.encode(to: &$0) } }
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> Output {
            let unprocessed = try reader.readMember("UnprocessedItems") { reader throws(JSONError) in
                try reader.readMap { reader throws(JSONError) in
                    try reader.readElements { reader throws(JSONError) in try Write(&reader) }
                }
            }
            return Output(unprocessed: unprocessed ?? [:])
        }

        /// The operation for the writes that were left out.
        public func remainder(after output: Output) -> BatchWriteItem? {
            let left = output.unprocessed.filter { !$0.value.isEmpty }
            return left.isEmpty ? nil : BatchWriteItem(left)
        }

        /// What the later request left out.
        public static func joined(_ earlier: Output, _ later: Output) -> Output { later }
    }
}

extension DynamoDB.BatchWriteItem.Write {
    fileprivate func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            switch self {
            case .put(let item): writer.object("PutRequest") { $0.item("Item", item) }
            case .delete(let key): writer.object("DeleteRequest") { $0.item("Key", key) }
            }
        }
    }

    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        var write: Self?
        try reader.readMembers { reader, kind throws(JSONError) in
            switch kind {
            case "PutRequest":
                write = try reader.readMember("Item") { reader throws(JSONError) in .put(try reader.readItem()) }
            case "DeleteRequest":
                write = try reader.readMember("Key") { reader throws(JSONError) in .delete(key: try reader.readItem()) }
            default: break
            }
        }
        // Passing over a write that is not known would lose it.
        guard let write else { throw reader.failure("an unprocessed write is neither a put nor a delete") }
        self = write
    }
}
