import JobsysJSON

/// What a table answers, and what that consumed.
struct TableAnswer {
    var body: JSONObject = [:]
    var units = CapacityUnits()
    /// The table that consumed it; nil if nothing did.
    var table: String?
    /// Whether the consumption is told as a list, because several tables could have had a part in it.
    var isOfSeveralTables = false

    func response(isMetered: Bool) -> StubResponse {
        var body = body
        if isMetered, let table {
            let capacity: JSONValue = [
                "TableName": .string(table), "CapacityUnits": JSONValue(floatLiteral: units.read + units.write),
            ]
            body["ConsumedCapacity"] = isOfSeveralTables ? [capacity] : capacity
        }
        var writer = JSONWriter(capacity: 1024)
        writer.value(.object(body))
        return StubResponse(writer)
    }
}
