public import JobsysHandlers
public import JobsysJSON

extension WorkflowMember {
    /// The members that a member of a workflow has in a document.
    public static let names = ["key", "type", "payload", "dependsOn", "onFailure", "maxAttempts", "orderingKey"]

    /// Reads a member from a document, and names every problem at once; whether it fits into its workflow is found out later.
    ///
    /// - Parameters:
    ///   - document: What the client sent.
    ///   - pointer: Where that is in the request.
    ///   - problems: What is wrong with it is added.
    /// - Returns: The member; nil if something is wrong with it.
    public static func read(_ document: JSONValue, at pointer: JSONPointer, _ problems: inout [FieldProblem])
        -> WorkflowMember?
    {
        guard let members = document.objectValue else {
            problems.append(FieldProblem(pointer, "must be an object"))
            return nil
        }
        let count = problems.count
        for name in members.keys where !names.contains(name) {
            problems.append(FieldProblem(pointer.appending(name), "is not a member that a job of a workflow has"))
        }
        func complain(_ name: String, _ rule: String) { problems.append(FieldProblem(pointer.appending(name), rule)) }
        let key = members["key"]?.stringValue
        if key.map(WorkflowRules.isKey) != true {
            complain("key", "must be a string of 1 to \(WorkflowLimits.key) printable ASCII characters without spaces")
        }
        let type = members["type"]?.stringValue
        if type.map(isJobTypeName) != true {
            complain("type", "must be a string of 1 to 64 of a-z, 0-9, '.', '_' and '-' that starts with a letter")
        }
        let payload = members["payload"]
        if payload == nil { complain("payload", "is missing; any JSON value will do") }
        var dependsOn: [String] = []
        if let value = members["dependsOn"], !value.isNull {
            let keys = value.arrayValue?.map(\.stringValue)
            dependsOn = (keys ?? []).compactMap(\.self)
            if keys.map({ $0.count == dependsOn.count && $0.count <= WorkflowLimits.members }) != true {
                complain("dependsOn", "must be a list of the keys of up to \(WorkflowLimits.members) members")
            }
        }
        var onFailure = FailurePolicy.fail
        if let value = members["onFailure"], !value.isNull {
            if let policy = value.stringValue.flatMap(FailurePolicy.init) {
                onFailure = policy
            } else {
                complain("onFailure", "must be fail or continue")
            }
        }
        let attempts = Submission.maxAttemptsRange
        let maxAttempts = members["maxAttempts"]?.intValue
        if let value = members["maxAttempts"], !value.isNull, maxAttempts.map(attempts.contains) != true {
            complain("maxAttempts", "must be a whole number from \(attempts.lowerBound) to \(attempts.upperBound)")
        }
        let orderingKey = members["orderingKey"]?.stringValue
        if let value = members["orderingKey"], !value.isNull, orderingKey.map(WorkflowRules.isKey) != true {
            complain("orderingKey", "must be a string of 1 to 128 printable ASCII characters without spaces")
        }
        guard problems.count == count, let key, let type, let payload else { return nil }
        return WorkflowMember(
            key: key,
            type: type,
            payload: payload,
            dependsOn: dependsOn,
            onFailure: onFailure,
            maxAttempts: maxAttempts,
            orderingKey: orderingKey
        )
    }
}
