import JobsysJSON

/// How many bytes an item has to DynamoDB, roughly as its guide tells.
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
enum ItemSize {
    static func of(_ item: JSONObject) -> Int {
        item.members.reduce(0) { $0 + $1.key.utf8.count + ofValue($1.value) }
    }

    static func ofValue(_ value: JSONValue) -> Int {
        guard let member = value.objectValue?.members.first else { return 0 }
        switch (member.key, member.value) {
        case ("S", .string(let text)): return text.utf8.count
        case ("B", .string(let text)): return text.utf8.count * 3 / 4
        case ("N", .string(let digits)): return digits.utf8.count / 2 + 1
        case ("M", .object(let members)): return 3 + of(members) + members.count
        case ("L", .array(let elements)): return elements.reduce(3) { $0 + ofValue($1) + 1 }
        case (_, .array(let elements)): return elements.reduce(0) { $0 + ($1.stringValue?.utf8.count ?? 0) }
        default: return 1
        }
    }
}
