extension JSONValue: Codable {
    /// Reads any value.
    ///
    /// Whole numbers of up to 64 bits are read exactly, all others as doubles: no decoder hands out a number's text. A payload
    /// that is taken as a whole, not as a member of something `Decodable`, is not read this way and keeps every digit. Of names
    /// that are the same to Unicode, Foundation's decoder keeps one.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            // Each attempt throws what the next one is made for.
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .number(JSONNumber(value))
        } else if let value = try? container.decode(UInt64.self) {
            self = .number(JSONNumber(value))
        } else if let number = (try? container.decode(Double.self)).flatMap(JSONNumber.init) {
            self = .number(number)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            let members = try decoder.container(keyedBy: MemberName.self)
            // Decoders do not keep the document's order.
            let names = members.allKeys.sorted { $0.stringValue < $1.stringValue }
            self = .object(
                JSONObject(try names.map { ($0.stringValue, try members.decode(JSONValue.self, forKey: $0)) })
            )
        }
    }

    /// Writes the value; a number that is not whole, or has more than 64 bits, is written as the nearest double.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let object):
            var container = encoder.container(keyedBy: MemberName.self)
            for member in object.members {
                try container.encode(member.value, forKey: MemberName(stringValue: member.key))
            }
        case .array(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value): try value.encode(to: encoder)
        case .string(let value): try value.encode(to: encoder)
        case .number(let number):
            var container = encoder.singleValueContainer()
            if let value = Int64(number.text) {
                try container.encode(value)
            } else if let value = UInt64(number.text) {
                try container.encode(value)
            } else {
                try container.encode(number.double)
            }
        }
    }
}

/// Any name that a member can have.
private struct MemberName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        return nil
    }
}
