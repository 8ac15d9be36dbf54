public import JobsysJSON

extension DynamoDB {
    /// Reads up to 100 items by their keys, 16 MB together, from several tables if wanted.
    ///
    /// The service may leave keys out: ``AWSClient/complete(_:maxRequests:)`` asks for them again.
    public struct BatchGetItem: DynamoDBOperation, AWSPartialOperation {
        /// The operation's name.
        public static let name = "BatchGetItem"

        /// What is read from one table.
        public struct Read: Sendable, Hashable {
            /// The items' primary keys, all different.
            public var keys: [Item]
            /// Whether the latest writes must be seen; costs twice as much.
            public var consistent: Bool
            /// The attributes to read; empty for all.
            public var attributes: [String]

            /// Creates a read.
            public init(keys: [Item], consistent: Bool = false, attributes: [String] = []) {
                self.keys = keys
                self.consistent = consistent
                self.attributes = attributes
            }
        }

        /// What was read, and what was not.
        public struct Output: Sendable, Hashable {
            /// The items that there are, by table, in no order.
            public var items: [String: [Item]]
            /// The keys, by table, of which it is not known whether there is an item.
            public var unprocessed: [String: [Item]]

            /// Creates an output.
            public init(items: [String: [Item]] = [:], unprocessed: [String: [Item]] = [:]) {
                self.items = items
                self.unprocessed = unprocessed
            }
        }

        /// What is read, by table.
        public var reads: [String: Read]

        /// Creates the operation.
        public init(_ reads: [String: Read]) {
            self.reads = reads
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            writer.map("RequestItems", reads) { read, writer in
                writer.object { writer in
                    var aliases = ExpressionAliases()
                    writer.items("Keys", read.keys)
                    if read.consistent { writer.member("ConsistentRead", true) }
                    writer.projection(read.attributes, &aliases)
                    aliases.encode(to: &writer)
                }
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> Output {
            var output = Output()
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Responses":
                    output.items = try reader.readMap { reader throws(JSONError) in try reader.readItems() }
                case "UnprocessedKeys":
                    output.unprocessed = try reader.readMap { reader throws(JSONError) in
                        try reader.readMember("Keys") { reader throws(JSONError) in try reader.readItems() } ?? []
                    }
                default: break
                }
            }
            return output
        }

        /// The operation for the keys that were left out.
        public func remainder(after output: Output) -> BatchGetItem? {
            let left = output.unprocessed.filter { !$0.value.isEmpty }
            guard !left.isEmpty else { return nil }
            return BatchGetItem(
                Dictionary(
                    uniqueKeysWithValues: left.map { table, keys in
                        var read = reads[table] ?? Read(keys: [])
                        read.keys = keys
                        return (table, read)
                    }
                )
            )
        }

        /// All items, and the keys that the later request left out.
        public static func joined(_ earlier: Output, _ later: Output) -> Output {
            Output(items: earlier.items.merging(later.items, uniquingKeysWith: +), unprocessed: later.unprocessed)
        }
    }
}
