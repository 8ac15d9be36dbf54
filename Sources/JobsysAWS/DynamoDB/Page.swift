import JobsysJSON

extension DynamoDB {
    /// Some items; the end is reached when there is no last key, a page may be empty before.
    public struct Page: Sendable, Hashable {
        /// The items; none if only their number was asked for.
        public var items: [Item]
        /// How many there are.
        public var count: Int
        /// Where the next page begins.
        public var lastEvaluatedKey: Item?

        /// Creates a page.
        public init(items: [Item], lastEvaluatedKey: Item? = nil, count: Int? = nil) {
            self.items = items
            self.lastEvaluatedKey = lastEvaluatedKey
            self.count = count ?? items.count
        }

        init(_ reader: inout JSONReader) throws(JSONError) {
            var page = Page(items: [])
            var count: Int?
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "Items": page.items = try reader.readItems()
                case "Count": count = try reader.readInt()
                case "LastEvaluatedKey":
                    let key = try reader.readItem()
                    if !key.isEmpty { page.lastEvaluatedKey = key }
                default: break
                }
            }
            page.count = count ?? page.items.count
            self = page
        }
    }
}
