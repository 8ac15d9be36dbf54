import JobsysJSON

extension DynamoDB {
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

        init(_ reader: inout JSONReader) throws(JSONError) {
            var page = Page(items: [])
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Items": page.items = try reader.readItems()
                case "LastEvaluatedKey":
                    let key = try reader.readItem()
                    if !key.isEmpty { page.lastEvaluatedKey = key }
                default: break
                }
            }
            self = page
        }
    }
}
