extension SQS {
    /// What SQS says about a message: a few names, each with a text.
    ///
    /// A list in the order of the names; hashing so few costs more than comparing them.
    public struct SystemAttributes: Sendable, Hashable {
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
                let index = entries.firstIndex { $0.name >= name } ?? entries.endIndex
                let isKnown = index < entries.endIndex && entries[index].name == name
                switch (newValue, isKnown) {
                case (let value?, true): entries[index].value = value
                case (let value?, false):
                    // At once what most messages need.
                    if entries.isEmpty { entries.reserveCapacity(6) }
                    entries.insert(Entry(name: name, value: value), at: index)
                case (nil, true): entries.remove(at: index)
                case (nil, false): break
                }
            }
        }
    }
}

extension SQS.SystemAttributes: ExpressibleByDictionaryLiteral {
    /// Creates a list; of names that come twice, the last one counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }
}
