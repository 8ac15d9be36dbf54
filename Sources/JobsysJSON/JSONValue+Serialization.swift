extension JSONValue: CustomStringConvertible {
    /// The document without white space, members in their order.
    public func serialized() -> [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }

    /// The document as text, without white space, members in their order.
    public var serializedString: String {
        String(decoding: serialized(), as: UTF8.self)
    }

    /// A document that equal values share: members sorted by the bytes of their names, recursively.
    ///
    /// Numbers keep their literals, so `1` and `1.0` stay different.
    public func canonical() -> [UInt8] {
        sorted().serialized()
    }

    /// The document as text.
    public var description: String {
        serializedString
    }

    private func sorted() -> JSONValue {
        switch self {
        case .null, .bool, .number, .string:
            return self
        case .array(let elements):
            return .array(elements.map { $0.sorted() })
        case .object(let object):
            let members = object.members
                .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { JSONObject.Member(key: $0.key, value: $0.value.sorted()) }
            return .object(JSONObject(unique: members))
        }
    }
}
