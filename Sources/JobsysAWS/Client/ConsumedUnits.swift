import JobsysJSON

/// How DynamoDB is asked what a request consumes, and how it answers.
///
/// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html
enum ConsumedUnits {
    /// Adds the question to a request's body, which is one object.
    static func ask(in body: inout [UInt8]) {
        guard body.last == UInt8(ascii: "}") else { return }
        let comma = body.count > 2 ? "," : ""
        body.replaceSubrange((body.count - 1)..., with: "\(comma)\"ReturnConsumedCapacity\":\"TOTAL\"}".utf8)
    }

    /// The units of all tables in an answer; nil if it does not say.
    static func total(in body: [UInt8]) -> Double? {
        var reader = JSONReader(body)
        var total: Double?
        // An answer that is no JSON is the operation's to complain about.
        try? reader.readMembers { reader, key throws(JSONError) in
            guard key == "ConsumedCapacity" else { return }
            guard try reader.peekKind() == .array else {
                total = try units(of: &reader)
                return
            }
            var sum = 0.0
            try reader.readArray { reader throws(JSONError) in sum += try units(of: &reader) }
            total = sum
        }
        return total
    }

    private static func units(of reader: inout JSONReader) throws(JSONError) -> Double {
        var units = 0.0
        try reader.readMembers { reader, key throws(JSONError) in
            if key == "CapacityUnits" { units = try reader.readDouble() }
        }
        return units
    }
}
