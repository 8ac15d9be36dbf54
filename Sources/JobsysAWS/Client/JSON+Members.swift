public import FoundationEssentials
public import JobsysJSON

extension JSONWriter {
    /// Writes a member that is an array of strings.
    public mutating func strings(_ name: String, _ values: [String]) {
        array(name) { for value in values { $0.string(value) } }
    }

    /// Writes a member that is an object, what it holds in the order of the names.
    public mutating func map<Value>(
        _ name: String,
        _ values: [String: Value],
        _ encode: (Value, inout JSONWriter) -> Void
    ) {
        object(name) { writer in
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                writer.key(name)
                encode(value, &writer)
            }
        }
    }

    mutating func member(_ name: String, base64 bytes: [UInt8]) {
        member(name, Base64.encode(bytes))
    }
}

extension JSONReader {
    /// Reads an array.
    public mutating func readElements<Element>(
        _ element: (inout JSONReader) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        var elements: [Element] = []
        try readArray { reader throws(JSONError) in elements.append(try element(&reader)) }
        return elements
    }

    /// Reads an array of strings.
    public mutating func readStringArray() throws(JSONError) -> [String] {
        try readElements { reader throws(JSONError) in try reader.readString() }
    }

    /// Reads an object whose values are all of one kind; members that are null are left out.
    public mutating func readMap<Value>(
        _ value: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> [String: Value] {
        var members: [(String, Value)] = []
        try readMembers { reader, name throws(JSONError) in members.append((name.text, try value(&reader))) }
        return Dictionary(lastOf: members)
    }

    /// Reads one member of an object and skips the others; nil if it is absent or null.
    public mutating func readMember<Value>(
        _ name: StaticString,
        _ value: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value? {
        var found: Value?
        try readMembers { reader, key throws(JSONError) in
            if key == name { found = try value(&reader) }
        }
        return found
    }

    /// Reads the members that are there; null counts as absent, as AWS's services mean it.
    public mutating func readMembers(
        _ member: (inout JSONReader, JSONName) throws(JSONError) -> Void
    ) throws(JSONError) {
        try readObject { reader, key throws(JSONError) in
            if try !reader.readNullIfPresent() { try member(&reader, key) }
        }
    }

    /// Reads an answer that says nothing, which may be an empty object or nothing at all.
    ///
    /// To whoever expects a value, nothing at all is an answer that was lost.
    public mutating func readNothing() throws(JSONError) {
        if !isAtEnd() { try skipValue() }
    }

    mutating func readBase64() throws(JSONError) -> [UInt8] {
        guard let bytes = Base64.decode(try readString()) else { throw failure("the string is not base64") }
        return bytes
    }
}

extension Dictionary {
    /// Of keys that come more than once, the last value.
    ///
    /// Made at once in the size that it needs: one that grows hashes all its keys anew, several times.
    init(lastOf members: [(Key, Value)]) {
        self.init(minimumCapacity: members.count)
        for (key, value) in members { self[key] = value }
    }
}

extension JSONWriter {
    /// Writes a member that is a point in time: whole seconds since 1970, as AWS's JSON protocols have it.
    public mutating func member(_ name: String, timestamp date: Date) {
        member(name, Int(date.timeIntervalSince1970.rounded(.down)))
    }
}

extension JSONReader {
    /// Reads a point in time: seconds since 1970, perhaps with a fraction.
    public mutating func readTimestamp() throws(JSONError) -> Date {
        Date(timeIntervalSince1970: try readDouble())
    }
}

/// Base64 as AWS's JSON protocols use it for bytes.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }

    static func decode(_ text: String) -> [UInt8]? {
        Data(base64Encoded: text).map { [UInt8]($0) }
    }
}
