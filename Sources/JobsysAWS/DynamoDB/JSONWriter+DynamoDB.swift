import JobsysJSON

extension JSONWriter {
    /// Writes which attributes to read, unless all of them.
    mutating func projection(_ attributes: [String], _ aliases: inout DynamoDB.ExpressionAliases) {
        guard !attributes.isEmpty else { return }
        member("ProjectionExpression", attributes.map { aliases.name($0) }.joined(separator: ", "))
    }

    /// Writes a write's condition, if it has one.
    mutating func condition(_ condition: DynamoDB.Condition?, _ aliases: inout DynamoDB.ExpressionAliases) {
        if let condition { member("ConditionExpression", condition.render(&aliases)) }
    }

    /// Writes what a write answers with, unless it is nothing.
    mutating func returnValues(_ values: DynamoDB.ReturnValues) {
        if values != .none { member("ReturnValues", values.rawValue) }
    }

    /// Writes that a failed condition is to be answered with the item.
    mutating func existingOnFailure(_ isAsked: Bool) {
        if isAsked { member("ReturnValuesOnConditionCheckFailure", "ALL_OLD") }
    }

    /// Writes which page is read, and how.
    mutating func pageStart(limit: Int?, after key: DynamoDB.Item?, consistent: Bool) {
        member("Limit", ifPresent: limit)
        if let key { item("ExclusiveStartKey", key) }
        if consistent { member("ConsistentRead", true) }
    }
}
