public import JSON

extension DynamoDB {
    /// Reads one item; nil if there is none.
    public struct GetItem: AWSOperation {
        /// DynamoDB.
        public static let service = AWSService.dynamoDB
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

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("TableName", table)
                writer.item("Key", key)
                if consistent { writer.member("ConsistentRead", true) }
                var aliases = ExpressionAliases()
                writer.projection(attributes, &aliases)
                aliases.encode(to: &writer)
            }
        }

        /// Reads the item.
        public static func decode(_ reader: inout JSONReader) throws -> Item? {
            var item: Item?
            try reader.readMembers { reader, key throws(JSONError) in
                if key == "Item" { item = try reader.readItem() }
            }
            return item
        }
    }
}

extension JSONWriter {
    /// Writes which attributes to read, unless all of them.
    mutating func projection(_ attributes: [String], _ aliases: inout DynamoDB.ExpressionAliases) {
        guard !attributes.isEmpty else { return }
        member("ProjectionExpression", attributes.map { aliases.name($0) }.joined(separator: ", "))
    }

    /// Writes a write's condition, if it has one.
    mutating func condition(_ condition: DynamoDB.Condition?, _ aliases: inout DynamoDB.ExpressionAliases) {
        if let condition { member("ConditionExpression", condition.render(&aliases)) }
    }

    /// Writes what a write answers with, unless it is nothing.
    mutating func returnValues(_ values: DynamoDB.ReturnValues) {
        if values != .none { member("ReturnValues", values.rawValue) }
    }

    /// Writes that a failed condition is to be answered with the item.
    mutating func existingOnFailure(_ isAsked: Bool) {
        if isAsked { member("ReturnValuesOnConditionCheckFailure", "ALL_OLD") }
    }
}
