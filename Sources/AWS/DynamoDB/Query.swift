public import JSON

extension DynamoDB {
    /// Reads a page of the items with one partition key, from a table or an index.
    public struct Query: AWSOperation {
        /// DynamoDB.
        public static let service = AWSService.dynamoDB
        /// The operation's name.
        public static let name = "Query"

        /// Some items; the end is reached when there is no last key, a page may be empty before.
        public struct Page: Sendable, Hashable {
            /// The items.
            public var items: [Item]
            /// Where the next page begins.
            public var lastEvaluatedKey: Item?

            /// Creates a page.
            public init(items: [Item], lastEvaluatedKey: Item? = nil) {
                self.items = items
                self.lastEvaluatedKey = lastEvaluatedKey
            }
        }

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
            attributes: [String] = []
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
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                var aliases = ExpressionAliases()
                writer.member("TableName", table)
                writer.member("IndexName", ifPresent: index)
                writer.member("KeyConditionExpression", keyCondition.render(&aliases))
                writer.member("FilterExpression", ifPresent: filter?.render(&aliases))
                writer.projection(attributes, &aliases)
                aliases.encode(to: &writer)
                if !ascending { writer.member("ScanIndexForward", false) }
                writer.member("Limit", ifPresent: limit)
                if let exclusiveStartKey { writer.item("ExclusiveStartKey", exclusiveStartKey) }
                if consistent { writer.member("ConsistentRead", true) }
            }
        }

        /// Reads the page.
        public static func decode(_ reader: inout JSONReader) throws -> Page {
            var page = Page(items: [])
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Items":
                    page.items = try reader.readElements { reader throws(JSONError) in try reader.readItem() }
                case "LastEvaluatedKey":
                    page.lastEvaluatedKey = try reader.readItem()
                default: break
                }
            }
            return page
        }
    }
}
