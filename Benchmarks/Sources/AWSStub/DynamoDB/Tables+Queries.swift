import JobsysJSON

extension Tables {
    /// A page of a partition, of the table or of an index.
    mutating func query(_ input: Input) throws(Refusal) -> TableAnswer {
        let table = try table(input.string("TableName"))
        let index = try table.index(input.json["IndexName"]?.stringValue)
        let aliases = Aliases(input)
        let condition = try self.condition(try input.string("KeyConditionExpression"))
        guard let partition = try condition.value(of: index.partition, aliases) else {
            throw .invalid("KeyConditionExpression")
        }
        var items: [JSONObject] = []
        for entry in index.entries(of: partition) {
            guard let item = table.item(entry.item), try condition.holds(for: item, aliases) else { continue }
            items.append(item)
        }
        if input.json["ScanIndexForward"]?.boolValue == false { items.reverse() }
        return try page(of: items, from: table, in: index, input)
    }

    /// A page of everything.
    mutating func scan(_ input: Input) throws(Refusal) -> TableAnswer {
        let table = try table(input.string("TableName"))
        let index = try table.index(input.json["IndexName"]?.stringValue)
        let items = table.names.compactMap { table.item($0) }.filter { $0[index.partition] != nil }
        return try page(of: items, from: table, in: index, input)
    }

    private mutating func page(
        of items: [JSONObject],
        from table: Table,
        in index: TableIndex,
        _ input: Input
    ) throws(Refusal) -> TableAnswer {
        var rest = items[...]
        if let start = input.json["ExclusiveStartKey"]?.objectValue {
            let name = try table.name(of: start)
            while let item = rest.first, try table.name(of: item) != name { rest.removeFirst() }
            rest = rest.dropFirst()
        }
        let limit = input.int("Limit") ?? rest.count
        let read = rest.prefix(limit)
        var answer = TableAnswer(table: table.name)
        if read.count < rest.count, let last = read.last {
            answer.body["LastEvaluatedKey"] = .object(table.position(of: last, in: index))
        }
        let shown = index.isKeysOnly ? read.map { table.position(of: $0, in: index) } : Array(read)
        let isConsistent = input.json["ConsistentRead"]?.boolValue ?? false
        answer.units = .reading(shown.reduce(0) { $0 + ItemSize.of($1) }, isConsistent: isConsistent)
        let kept = try filtered(shown, by: input)
        answer.body["Count"] = .number(JSONNumber(kept.count))
        answer.body["ScannedCount"] = .number(JSONNumber(shown.count))
        if input.json["Select"]?.stringValue != "COUNT" { answer.body["Items"] = .array(kept.map { .object($0) }) }
        return answer
    }

    private mutating func filtered(_ items: [JSONObject], by input: Input) throws(Refusal) -> [JSONObject] {
        guard let text = input.json["FilterExpression"]?.stringValue else { return items }
        let condition = try self.condition(text)
        let aliases = Aliases(input)
        var kept: [JSONObject] = []
        for item in items where try condition.holds(for: item, aliases) { kept.append(item) }
        return kept
    }
}

extension ConditionExpression {
    /// The value that the condition wants an attribute to be equal to.
    fileprivate func value(of attribute: String, _ aliases: Aliases) throws(Refusal) -> JSONValue? {
        switch self {
        case .all(let conditions):
            for condition in conditions {
                if let value = try condition.value(of: attribute, aliases) { return value }
            }
            return nil
        case .compare(.attribute(let name), "=", .value(let value)):
            return try aliases.name(name) == attribute ? aliases.value(value) : nil
        default:
            return nil
        }
    }
}
