import JobsysJSON

/// A write as `PutItem`, `UpdateItem` and `DeleteItem` have it, or a check of a transaction, worked out on an item.
struct ConditionalChange {
    enum Kind: String {
        case put = "Put"
        case update = "Update"
        case delete = "Delete"
        case check = "ConditionCheck"
    }

    let table: String
    let name: String
    let old: JSONObject?
    let new: JSONObject?
    let isAllowed: Bool
    let returnsExistingOnFailure: Bool

    init(_ kind: Kind, _ input: Input, on tables: inout Tables) throws(Refusal) {
        table = try input.string("TableName")
        let whole = try input.object(kind == .put ? "Item" : "Key")
        name = try tables.table(table).name(of: whole)
        old = try tables.table(table).item(name)
        returnsExistingOnFailure = input.json["ReturnValuesOnConditionCheckFailure"]?.stringValue == "ALL_OLD"
        let aliases = Aliases(input)
        if let text = input.json["ConditionExpression"]?.stringValue {
            isAllowed = try tables.condition(text).holds(for: old ?? [:], aliases)
        } else {
            isAllowed = true
        }
        switch kind {
        case .put: new = whole
        case .check: new = old
        case .delete: new = nil
        case .update:
            guard isAllowed, let text = input.json["UpdateExpression"]?.stringValue else {
                new = old ?? whole
                return
            }
            new = try tables.update(text).applied(to: old ?? whole, aliases)
        }
    }

    /// What a refused write consumed: as if it had been made.
    var refusedUnits: CapacityUnits { .writing(old.map(ItemSize.of) ?? 0) }
}
