import JobsysJSON

/// The tables, and what can be done to one item of them.
struct Tables {
    private var tables: [String: Table] = [:]
    // The aliases make the texts of expressions few, so each is parsed once.
    private var conditions: [String: ConditionExpression] = [:]
    private var updates: [String: UpdateExpression] = [:]
    private var putAt: [String: Instant] = [:]
    /// How long each item waited from its put for its first update, in microseconds.
    private(set) var starts: [Int] = []

    mutating func resetStarts() { starts = [] }

    mutating func serve(_ operation: String, _ input: Input, at now: Instant) throws(Refusal) -> TableAnswer {
        switch operation {
        case "PutItem": return try write(.put, input, at: now)
        case "UpdateItem": return try write(.update, input, at: now)
        case "DeleteItem": return try write(.delete, input, at: now)
        case "TransactWriteItems": return try transact(input)
        case "BatchWriteItem": return try batchWrite(input)
        case "GetItem": return try get(input)
        case "BatchGetItem": return try batchGet(input)
        case "Query": return try query(input)
        case "Scan": return try scan(input)
        case "CreateTable":
            let table = try Table(input)
            tables[table.name] = table
            return TableAnswer(body: ["TableDescription": ["TableStatus": "ACTIVE"]])
        case "DeleteTable":
            _ = try table(input.string("TableName"))
            tables[try input.string("TableName")] = nil
            return TableAnswer(body: ["TableDescription": ["TableStatus": "DELETING"]])
        case "DescribeTable":
            let name = try table(input.string("TableName")).name
            return TableAnswer(body: ["Table": ["TableName": .string(name), "TableStatus": "ACTIVE"]])
        default:
            throw .unknownOperation
        }
    }

    func table(_ name: String) throws(Refusal) -> Table {
        guard let table = tables[name] else {
            throw Refusal("ResourceNotFoundException", "Requested resource not found")
        }
        return table
    }

    mutating func replace(_ name: String, in table: String, with item: JSONObject?) -> CapacityUnits {
        tables[table]?.replace(name, with: item) ?? CapacityUnits()
    }

    mutating func condition(_ text: String) throws(Refusal) -> ConditionExpression {
        if let condition = conditions[text] { return condition }
        let condition = try ConditionExpression(text)
        conditions[text] = condition
        return condition
    }

    mutating func update(_ text: String) throws(Refusal) -> UpdateExpression {
        if let update = updates[text] { return update }
        let update = try UpdateExpression(text)
        updates[text] = update
        return update
    }

    private mutating func write(
        _ kind: ConditionalChange.Kind,
        _ input: Input,
        at now: Instant
    ) throws(Refusal) -> TableAnswer {
        let change = try ConditionalChange(kind, input, on: &self)
        guard change.isAllowed else {
            var refusal = Refusal("ConditionalCheckFailedException", "The conditional request failed")
            if change.returnsExistingOnFailure, let old = change.old { refusal.details["Item"] = .object(old) }
            refusal.units = change.refusedUnits
            throw refusal
        }
        noteStart(kind, change, at: now)
        var answer = TableAnswer(table: change.table)
        answer.units = replace(change.name, in: change.table, with: change.new)
        switch input.json["ReturnValues"]?.stringValue {
        case "ALL_NEW": answer.body["Attributes"] = change.new.map { .object($0) }
        case "ALL_OLD": answer.body["Attributes"] = change.old.map { .object($0) }
        default: break
        }
        return answer
    }

    private mutating func noteStart(_ kind: ConditionalChange.Kind, _ change: ConditionalChange, at now: Instant) {
        switch kind {
        case .put:
            if change.old == nil { putAt[change.name] = now }
        case .update:
            guard let put = putAt.removeValue(forKey: change.name) else { return }
            starts.append(now.microseconds - put.microseconds)
        case .delete, .check:
            putAt[change.name] = nil
        }
    }

    private func get(_ input: Input) throws(Refusal) -> TableAnswer {
        let table = try table(input.string("TableName"))
        let item = table.item(try table.name(of: try input.object("Key")))
        var answer = TableAnswer(table: table.name)
        answer.body["Item"] = item.map { .object($0) }
        let isConsistent = input.json["ConsistentRead"]?.boolValue ?? false
        answer.units = .reading(item.map(ItemSize.of) ?? 0, isConsistent: isConsistent)
        return answer
    }
}
