extension JSONReader {
    /// Reads an object: hands each member's name to the closure, which reads the value.
    ///
    /// A value that the closure leaves alone is checked and skipped. What the closure throws gets the member's name put
    /// in front of its path. Names may come twice here; whoever minds has to look.
    public mutating func readObject(
        _ member: (_ reader: inout JSONReader, _ key: String) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(.object)
        if closes(with: UInt8(ascii: "}")) { return }
        repeat {
            let key = try readKey()
            let start = position
            do throws(JSONError) {
                try member(&self, key)
                if position == start { try skipValue() }
            } catch {
                throw error.inside(key)
            }
        } while try continues(until: UInt8(ascii: "}"))
    }

    /// Reads an array: the closure reads each element; one that it leaves alone is checked and skipped.
    public mutating func readArray(
        _ element: (_ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(.array)
        if closes(with: UInt8(ascii: "]")) { return }
        var index = 0
        repeat {
            skipWhitespace()
            let start = position
            do throws(JSONError) {
                try element(&self)
                if position == start { try skipValue() }
            } catch {
                throw error.inside(String(index))
            }
            index += 1
        } while try continues(until: UInt8(ascii: "]"))
    }

    /// Reads over the value that comes next; it must be well-formed all the same.
    public mutating func skipValue() throws(JSONError) {
        switch try peekKind() {
        case .object: try skipObject()
        case .array: try readArray { reader throws(JSONError) in try reader.skipValue() }
        case .string: try skipString()
        case .number: try skipNumber()
        case .bool: _ = try readBool()
        case .null: try readNull()
        }
    }

    /// Reads any value as a tree; an object that has a name twice is refused.
    public mutating func readValue() throws(JSONError) -> JSONValue {
        switch try peekKind() {
        case .object: return .object(try readMembers())
        case .array: return .array(try readElements())
        case .string: return .string(try readString())
        case .number: return .number(JSONNumber(checked: try readNumberText()))
        case .bool: return .bool(try readBool())
        case .null:
            try readNull()
            return .null
        }
    }

    private mutating func skipObject() throws(JSONError) {
        try open(.object)
        if closes(with: UInt8(ascii: "}")) { return }
        repeat {
            try skipKey()
            try skipValue()
        } while try continues(until: UInt8(ascii: "}"))
    }

    private mutating func readElements() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        try readArray { reader throws(JSONError) in elements.append(try reader.readValue()) }
        return elements
    }

    private mutating func readMembers() throws(JSONError) -> JSONObject {
        var members: [JSONObject.Member] = []
        var names = UniqueNames()
        try readObject { reader, key throws(JSONError) in
            guard names.insert(key) else { throw reader.failure("the name appears twice") }
            members.append(JSONObject.Member(key: key, value: try reader.readValue()))
        }
        return JSONObject(unique: members)
    }
}
