/// The members of an object in the order of the document; names are unique.
///
/// Two objects are equal if they have the same members in any order. Names are compared byte by byte, as RFC 8259 has
/// it, and not by Unicode equivalence as Swift compares strings.
public struct JSONObject: Sendable {
    /// A name and its value.
    public struct Member: Sendable, Hashable {
        /// The unescaped name.
        public let key: String
        /// The value.
        public let value: JSONValue

        /// Creates a member.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// All members, in order.
    public private(set) var members: [Member]

    /// Creates an object without members.
    public init() {
        members = []
    }

    /// Creates an object; of members with the same name the last value stays, in the first one's place.
    public init(_ pairs: some Sequence<(String, JSONValue)>) {
        self.init()
        for (key, value) in pairs { self[key] = value }
    }

    init(unique members: [Member]) {
        self.members = members
    }

    /// How many members there are.
    public var count: Int {
        members.count
    }

    /// Whether there are no members.
    public var isEmpty: Bool {
        members.isEmpty
    }

    /// The names, in order.
    public var keys: [String] {
        members.map(\.key)
    }

    /// The value of a member; setting appends or replaces it in its place, setting nil removes it.
    ///
    /// A search from the first member on: right for the few members that objects have.
    public subscript(key: String) -> JSONValue? {
        get {
            index(of: key).map { members[$0].value }
        }
        set {
            switch (index(of: key), newValue) {
            case (let index?, let value?): members[index] = Member(key: key, value: value)
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    private func index(of key: String) -> Int? {
        members.firstIndex { ExactString($0.key) == ExactString(key) }
    }
}

extension JSONObject: Hashable {
    /// Whether both have the same members, in any order.
    public static func == (lhs: JSONObject, rhs: JSONObject) -> Bool {
        guard lhs.count == rhs.count else { return false }
        if lhs.members == rhs.members { return true }
        let others = Dictionary(rhs.members.map { (ExactString($0.key), $0.value) }) { first, _ in first }
        return lhs.members.allSatisfy { others[ExactString($0.key)] == $0.value }
    }

    /// Hashes the members without regard to their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for member in members { sum &+= member.hashValue }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Creates an object; the literal's names must differ.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
        precondition(members.count == elements.count, "a name appears twice in the literal of a JSON object")
    }
}
