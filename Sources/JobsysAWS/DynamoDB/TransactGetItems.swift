public import JobsysJSON

extension DynamoDB {
    /// Reads up to 100 items as they are at one moment; each in the order of the keys, nil where there is none.
    public struct TransactGetItems: DynamoDBOperation {
        /// The operation's name.
        public static let name = "TransactGetItems"

        /// The items; `consistent` makes no difference, all are.
        public var gets: [GetItem]

        /// Creates the operation.
        public init(_ gets: [GetItem]) {
            self.gets = gets
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            writer.array("TransactItems") { writer in
                for get in gets {
                    writer.object { $0.object("Get") { get.encodeAction(to: &$0) } }
                }
            }
        }

        /// Reads the items.
        public static func decode(_ reader: inout JSONReader) throws -> [Item?] {
            let items = try reader.readMember("Responses") { reader throws(JSONError) in
                try reader.readElements { reader throws(JSONError) -> Item? in
                    if try reader.readNullIfPresent() { return nil }
                    return try reader.readMember("Item") { reader throws(JSONError) in try reader.readItem() }
                }
            }
            guard let items else { throw AWSAnswerError.missing("Responses") }
            return items
        }

        /// Compares the numbers of answers and questions.
        public func check(_ output: inout [Item?]) throws(AWSAnswerError) {
            guard output.count == gets.count else {
                throw .count("Responses", found: output.count, expected: gets.count)
            }
        }

        /// Another attempt if every read that failed may succeed in it.
        public static func verdict(on failure: AWSServiceFailure) -> RetryVerdict {
            CancellationReason.verdict(on: failure)
        }
    }
}
