public import JobsysJSON

extension DynamoDB {
    /// Reads a page of all items of a table or an index; every item that it looks at is paid for.
    public struct Scan: DynamoDBOperation, AWSPagedOperation {
        /// The operation's name.
        public static let name = "Scan"

        /// One of several parts that can be read side by side.
        public struct Segment: Sendable, Hashable {
            /// The part, from 0 on.
            public var index: Int
            /// The number of parts.
            public var total: Int

            /// Creates a segment.
            public init(_ index: Int, of total: Int) {
                self.index = index
                self.total = total
            }
        }

        /// The table's name or ARN.
        public var table: String
        /// The index to read, nil for the table itself.
        public var index: String?
        /// Drops items after they were read and paid for.
        public var filter: Condition?
        /// The part to read, nil for everything.
        public var segment: Segment?
        /// The number of items to look at, at most; nil for what 1 MB holds.
        public var limit: Int?
        /// Where to go on: the last key of the page before.
        public var exclusiveStartKey: Item?
        /// Whether the latest writes must be seen; not for a global index.
        public var consistent: Bool
        /// The attributes to read; empty for all that the index has.
        public var attributes: [String]

        /// Creates the operation.
        public init(
            table: String,
            index: String? = nil,
            filter: Condition? = nil,
            segment: Segment? = nil,
            limit: Int? = nil,
            exclusiveStartKey: Item? = nil,
            consistent: Bool = false,
            attributes: [String] = []
        ) {
            self.table = table
            self.index = index
            self.filter = filter
            self.segment = segment
            self.limit = limit
            self.exclusiveStartKey = exclusiveStartKey
            self.consistent = consistent
            self.attributes = attributes
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            var aliases = ExpressionAliases()
            writer.member("TableName", table)
            writer.member("IndexName", ifPresent: index)
            writer.member("FilterExpression", ifPresent: filter?.render(&aliases))
            writer.projection(attributes, &aliases)
            aliases.encode(to: &writer)
            writer.member("Segment", ifPresent: segment?.index)
            writer.member("TotalSegments", ifPresent: segment?.total)
            writer.pageStart(limit: limit, after: exclusiveStartKey, consistent: consistent)
        }

        /// Reads the page.
        public static func decode(_ reader: inout JSONReader) throws -> Page { try Page(&reader) }

        /// The scan for the page after a key.
        public func page(at key: Item) -> Scan {
            var scan = self
            scan.exclusiveStartKey = key
            return scan
        }

        /// The key that the page ended with, unless it was the last.
        public static func nextToken(after page: Page) -> Item? { page.lastEvaluatedKey }
    }
}
