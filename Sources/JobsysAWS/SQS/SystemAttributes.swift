import JobsysJSON

extension SQS {
    /// What SQS says about a message: a few names, each with a text.
    ///
    /// A list; hashing so few names costs more than comparing them.
    public struct SystemAttributes: Sendable {
        private struct Entry: Sendable, Hashable {
            let name: String
            var value: String
        }

        private var entries: [Entry] = []

        /// Creates an empty list.
        public init() {}

        /// The value of an attribute; nil if there is none of this name.
        public subscript(name: String) -> String? {
            get { entries.first { $0.name == name }?.value }
            set {
                let index = entries.firstIndex { $0.name == name }
                switch (newValue, index) {
                case (let value?, let index?): entries[index].value = value
                case (let value?, nil):
                    // At once what most messages need.
                    if entries.isEmpty { entries.reserveCapacity(6) }
                    entries.append(Entry(name: name, value: value))
                case (nil, let index?): entries.remove(at: index)
                case (nil, nil): break
                }
            }
        }
    }
}

extension SQS.SystemAttributes {
    init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        try reader.readMembers { reader, name throws(JSONError) in
            self[Self.text(of: name)] = try reader.readString()
        }
    }

    /// The name as text; the long ones, which would have to be allocated, from a list.
    private static func text(of name: JSONName) -> String {
        switch name {
        case "ApproximateFirstReceiveTimestamp": "ApproximateFirstReceiveTimestamp"
        case "ApproximateReceiveCount": "ApproximateReceiveCount"
        case "DeadLetterQueueSourceArn": "DeadLetterQueueSourceArn"
        case "MessageDeduplicationId": "MessageDeduplicationId"
        default: name.text
        }
    }
}

extension SQS.SystemAttributes: Hashable {
    /// Whether both hold the same, in whatever order.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.entries.count == rhs.entries.count && lhs.entries.allSatisfy { rhs[$0.name] == $0.value }
    }

    /// Hashes what there is, in whatever order.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(Set(entries))
    }
}

extension SQS.SystemAttributes: ExpressibleByDictionaryLiteral {
    /// Creates a list; of names that come twice, the last one counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }
}
