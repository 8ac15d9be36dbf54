public import JobsysJSON

extension DynamoDB {
    /// Reads a page of the items with one partition key, from a table or an index.
    public struct Query: DynamoDBOperation, AWSPagedOperation {
        /// The operation's name.
        public static let name = "Query"

        /// The table's name or ARN.
        public var table: String
        /// The index to read, nil for the table itself.
        public var index: String?
        /// The partition key's value and, if wanted, a range of the sort key.
        public var keyCondition: Condition
        /// Drops items after they were read and paid for.
        public var filter: Condition?
        /// Whether the order is that of the sort key, or the reverse.
        public var ascending: Bool
        /// The number of items to look at, at most; nil for what 1 MB holds.
        public var limit: Int?
        /// Where to go on: the last key of the page before.
        public var exclusiveStartKey: Item?
        /// Whether the latest writes must be seen; not for a global index.
        public var consistent: Bool
        /// The attributes to read; empty for all that the index has.
        public var attributes: [String]
        /// Whether the page is to say how many items there are, and not which.
        public var countsOnly: Bool

        /// Creates the operation.
        public init(
            table: String,
            index: String? = nil,
            keyCondition: Condition,
            filter: Condition? = nil,
            ascending: Bool = true,
            limit: Int? = nil,
            exclusiveStartKey: Item? = nil,
            consistent: Bool = false,
            attributes: [String] = [],
            countsOnly: Bool = false
        ) {
            self.table = table
            self.index = index
            self.keyCondition = keyCondition
            self.filter = filter
            self.ascending = ascending
            self.limit = limit
            self.exclusiveStartKey = exclusiveStartKey
            self.consistent = consistent
            self.attributes = attributes
            self.countsOnly = countsOnly
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            var aliases = ExpressionAliases()
            writer.member("TableName", table)
            writer.member("IndexName", ifPresent: index)
            writer.member("KeyConditionExpression", keyCondition.render(&aliases))
            writer.member("FilterExpression", ifPresent: filter?.render(&aliases))
            writer.projection(attributes, &aliases)
            aliases.encode(to: &writer)
            if countsOnly { writer.member("Select", "COUNT") }
            if !ascending { writer.member("ScanIndexForward", false) }
            writer.pageStart(limit: limit, after: exclusiveStartKey, consistent: consistent)
        }

        /// Reads the page.
        public static func decode(_ reader: inout JSONReader) throws -> Page { try Page(&reader) }

        /// The query for the page after a key.
        public func page(at key: Item) -> Query {
            var query = self
            query.exclusiveStartKey = key
            return query
        }

        /// The key that the page ended with, unless it was the last.
        public static func nextToken(after page: Page) -> Item? { page.lastEvaluatedKey }
    }
}
