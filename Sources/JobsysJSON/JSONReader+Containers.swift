extension JSONReader {
    /// Reads an object: hands each member's name to the closure, which reads the value.
    ///
    /// A value that the closure leaves alone is checked and skipped. What the closure throws gets the member's name put
    /// in front of its path. Names may come twice here; whoever minds has to look.
    public mutating func readObject(
        _ member: (_ reader: inout JSONReader, _ name: JSONName) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(.object, with: UInt8(ascii: "{"))
        if closes(with: UInt8(ascii: "}")) { return }
        var name = JSONName(try readName(), in: bytes)
        while true {
            let start = position
            do throws(JSONError) {
                try member(&self, name)
                if position == start { try skipValue() }
            } catch {
                throw error.inside(name.text)
            }
            guard try continues(until: UInt8(ascii: "}")) else { return }
            name.move(to: try readName())
        }
    }

    /// Reads an array: the closure reads each element; one that it leaves alone is checked and skipped.
    public mutating func readArray(
        _ element: (_ reader: inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try open(.array, with: UInt8(ascii: "["))
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
        try open(.object, with: UInt8(ascii: "{"))
        if closes(with: UInt8(ascii: "}")) { return }
        repeat {
            _ = try readName()
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
        try readObject { reader, name throws(JSONError) in
            let key = name.text
            guard names.insert(key) else { throw reader.failure("the name appears twice") }
            members.append(JSONObject.Member(key: key, value: try reader.readValue()))
        }
        return JSONObject(unique: members)
    }
}
