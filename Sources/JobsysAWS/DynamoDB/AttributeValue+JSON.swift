import FoundationEssentials
public import JobsysJSON

extension DynamoDB.AttributeValue {
    /// Writes `{"S": "..."}` and its kin.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            switch self {
            case .s(let text): writer.member("S", text)
            case .n(let text): writer.member("N", text)
            case .b(let bytes): writer.member("B", base64: bytes)
            case .bool(let value): writer.member("BOOL", value)
            case .null: writer.member("NULL", true)
            case .m(let members): writer.item("M", members)
            case .l(let elements): writer.array("L") { for element in elements { element.encode(to: &$0) } }
            case .ss(let texts): writer.strings("SS", texts)
            case .ns(let texts): writer.strings("NS", texts)
            case .bs(let values): writer.array("BS") { for bytes in values { $0.string(Base64.encode(bytes)) } }
            }
        }
    }

    /// Reads `{"S": "..."}` and its kin; exactly one known type.
    init(_ reader: inout JSONReader) throws(JSONError) {
        var value: DynamoDB.AttributeValue?
        try reader.readObject { reader, type throws(JSONError) in
            // Unlike for members of an answer, ignoring an unknown type would lose data.
            guard value == nil else { throw reader.failure("an attribute value has more than one type") }
            value = try Self.read(type, from: &reader)
        }
        guard let value else { throw reader.failure("an attribute value has no type") }
        self = value
    }

    private static func read(
        _ type: JSONName,
        from reader: inout JSONReader
    ) throws(JSONError) -> DynamoDB.AttributeValue {
        switch type {
        case "S": return .s(try reader.readString())
        case "N": return .n(try reader.readString())
        case "B": return .b(try reader.readBase64())
        case "BOOL": return .bool(try reader.readBool())
        case "NULL":
            _ = try reader.readBool()
            return .null
        case "M": return .m(try reader.readItem())
        case "L":
            return .l(try reader.readElements { reader throws(JSONError) in try DynamoDB.AttributeValue(&reader) })
        case "SS": return .ss(try reader.readStringArray())
        case "NS": return .ns(try reader.readStringArray())
        case "BS": return .bs(try reader.readElements { reader throws(JSONError) in try reader.readBase64() })
        default: throw reader.failure("\(type.text.prefix(20)) is not a type of attribute values")
        }
    }
}

extension JSONWriter {
    /// Writes a member that is an item, its attributes in the order of their names.
    mutating func item(_ name: String, _ item: DynamoDB.Item) {
        key(name)
        self.item(item)
    }

    /// Writes a member that is an array of items or keys.
    mutating func items(_ name: String, _ items: [DynamoDB.Item]) {
        array(name) { writer in
            for item in items { writer.item(item) }
        }
    }

    /// Writes an item as a value.
    mutating func item(_ item: DynamoDB.Item) {
        object { writer in
            for (name, value) in item.sorted(by: { $0.key < $1.key }) {
                writer.key(name)
                value.encode(to: &writer)
            }
        }
    }
}

extension JSONReader {
    /// Reads an object of attribute values.
    mutating func readItem() throws(JSONError) -> DynamoDB.Item {
        var attributes: [(String, DynamoDB.AttributeValue)] = []
        try readObject { reader, name throws(JSONError) in
            if attributes.isEmpty { attributes.reserveCapacity(16) }
            attributes.append((name.text, try DynamoDB.AttributeValue(&reader)))
        }
        return Dictionary(lastOf: attributes)
    }

    /// Reads an array of items or keys.
    mutating func readItems() throws(JSONError) -> [DynamoDB.Item] {
        try readElements { reader throws(JSONError) in try reader.readItem() }
    }
}
