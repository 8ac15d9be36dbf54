import JobsysJSON

/// How two attribute values of one type stand to each other.
enum AttributeOrder {
    case rising, same, falling

    /// Compares texts by their bytes and numbers by their value; nil for other types, and for two that differ.
    init?(_ left: JSONValue, _ right: JSONValue) {
        if let left = left["S"]?.stringValue, let right = right["S"]?.stringValue {
            self.init(left, right)
        } else if let left = left["N"]?.stringValue.flatMap({ Double($0) }),
            let right = right["N"]?.stringValue.flatMap({ Double($0) })
        {
            self.init(left, right)
        } else {
            return nil
        }
    }

    private init<Value: Comparable>(_ left: Value, _ right: Value) {
        self = left < right ? .rising : left == right ? .same : .falling
    }
}
