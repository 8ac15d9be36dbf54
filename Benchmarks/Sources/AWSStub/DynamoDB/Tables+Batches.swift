import JobsysJSON

extension Tables {
    /// All writes, or none and the reason of each.
    mutating func transact(_ input: Input) throws(Refusal) -> TableAnswer {
        var changes: [ConditionalChange] = []
        for action in try input.array("TransactItems") {
            guard let member = action.objectValue?.members.first,
                let kind = ConditionalChange.Kind(rawValue: member.key)
            else { throw .invalid("TransactItems") }
            changes.append(try ConditionalChange(kind, Input(member.value), on: &self))
        }
        guard changes.allSatisfy(\.isAllowed) else { throw Self.cancellation(of: changes) }
        var answer = TableAnswer(table: changes.first?.table, isOfSeveralTables: true)
        for change in changes { answer.units += replace(change.name, in: change.table, with: change.new) }
        answer.units.write *= 2
        return answer
    }

    private static func cancellation(of changes: [ConditionalChange]) -> Refusal {
        var refusal = Refusal("TransactionCanceledException", "Transaction cancelled")
        refusal.details["CancellationReasons"] = .array(
            changes.map { change in
                guard !change.isAllowed else { return ["Code": "None"] }
                var reason: JSONObject = [
                    "Code": "ConditionalCheckFailed", "Message": "The conditional request failed",
                ]
                if change.returnsExistingOnFailure, let old = change.old { reason["Item"] = .object(old) }
                return .object(reason)
            }
        )
        refusal.units = CapacityUnits(write: 2 * changes.reduce(0) { $0 + $1.refusedUnits.write })
        return refusal
    }

    mutating func batchWrite(_ input: Input) throws(Refusal) -> TableAnswer {
        var answer = TableAnswer(body: ["UnprocessedItems": [:]], isOfSeveralTables: true)
        for (name, requests) in try input.object("RequestItems").members.map({ ($0.key, $0.value) }) {
            answer.table = name
            for request in requests.arrayValue ?? [] {
                let item = request["PutRequest"]?["Item"]?.objectValue
                guard let key = item ?? request["DeleteRequest"]?["Key"]?.objectValue else {
                    throw .invalid("RequestItems")
                }
                answer.units += replace(try table(name).name(of: key), in: name, with: item)
            }
        }
        return answer
    }

    func batchGet(_ input: Input) throws(Refusal) -> TableAnswer {
        var answer = TableAnswer(isOfSeveralTables: true)
        var responses: JSONObject = [:]
        for request in try input.object("RequestItems").members {
            let table = try table(request.key)
            answer.table = table.name
            let isConsistent = request.value["ConsistentRead"]?.boolValue ?? false
            var found: [JSONValue] = []
            for key in try Input(request.value).array("Keys") {
                let item = table.item(try table.name(of: key.objectValue ?? [:]))
                answer.units += .reading(item.map(ItemSize.of) ?? 0, isConsistent: isConsistent)
                if let item { found.append(.object(item)) }
            }
            responses[table.name] = .array(found)
        }
        answer.body = ["Responses": .object(responses), "UnprocessedKeys": [:]]
        return answer
    }
}
