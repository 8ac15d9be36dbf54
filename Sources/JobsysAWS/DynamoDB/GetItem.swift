public import JobsysJSON

extension DynamoDB {
    /// Reads one item; nil if there is none.
    public struct GetItem: DynamoDBOperation {
        /// The operation's name.
        public static let name = "GetItem"

        /// The table's name or ARN.
        public var table: String
        /// The item's primary key.
        public var key: Item
        /// Whether the latest write must be seen; costs twice as much.
        public var consistent: Bool
        /// The attributes to read; empty for all.
        public var attributes: [String]

        /// Creates the operation.
        public init(table: String, key: Item, consistent: Bool = false, attributes: [String] = []) {
            self.table = table
            self.key = key
            self.consistent = consistent
            self.attributes = attributes
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the members of the input.
        public func encodeMembers(to writer: inout JSONWriter) {
            var aliases = ExpressionAliases()
            writer.member("TableName", table)
            writer.item("Key", key)
            writer.projection(attributes, &aliases)
            aliases.encode(to: &writer)
            if consistent { writer.member("ConsistentRead", true) }
        }

        /// Reads the item.
        public static func decode(_ reader: inout JSONReader) throws -> Item? {
            try reader.readMember("Item") { reader throws(JSONError) in try reader.readItem() }
        }
    }
}
