import JobsysHandlers
import JobsysJSON

/// What members must be like, beside what each job must be like.
enum WorkflowRules {
    /// Finds everything that is wrong with the members of a call.
    static func check(_ members: [WorkflowMember], in workflow: JobID, known: [JobID: Job]) throws(WorkflowError) {
        let jobs = JSONPointer.root.appending("jobs")
        guard members.count <= WorkflowLimits.membersOfCall else {
            let rule =
                "must be at most \(WorkflowLimits.membersOfCall), and are \(members.count): add the rest by further calls"
            throw .invalid([FieldProblem(jobs, rule)])
        }
        var problems: [FieldProblem] = []
        var keys: Set<String> = []
        for (index, member) in members.enumerated() {
            let pointer = jobs.appending(index)
            if !isKey(member.key) {
                let rule = "must be a string of 1 to \(WorkflowLimits.key) printable ASCII characters without spaces"
                problems.append(FieldProblem(pointer.appending("key"), rule))
            } else if !keys.insert(member.key).inserted {
                problems.append(FieldProblem(pointer.appending("key"), "\(member.key) is the key of two members"))
            }
            if !isJobTypeName(member.type) {
                problems.append(FieldProblem(pointer.appending("type"), "is not the name of a job type"))
            }
            let size = member.payload.serialized().count
            guard size <= Submission.payloadLimit else { throw .payloadTooLarge(bytes: size) }
        }
        for (index, member) in members.enumerated() {
            let pointer = jobs.appending(index)
            if member.dependsOn.count > WorkflowLimits.members {
                problems.append(FieldProblem(pointer.appending("dependsOn"), "names more members than a workflow has"))
                continue
            }
            for (place, key) in member.dependsOn.enumerated() where !keys.contains(key) {
                guard known[JobID(workflow: workflow, key: key)]?.workflow == nil else { continue }
                let rule = "\(key) is no member yet: members that others depend on come before them, or with them"
                problems.append(FieldProblem(pointer.appending("dependsOn").appending(place), rule))
            }
            for key in outputs(in: member.payload) where !member.dependsOn.contains(key) {
                let rule = "asks for the output of \(key), which is not in dependsOn"
                problems.append(FieldProblem(pointer.appending("payload"), rule))
            }
        }
        guard problems.isEmpty else { throw .invalid(Array(problems.prefix(100))) }
    }

    /// Puts members behind those that they depend on.
    ///
    /// - Throws: ``WorkflowError/invalid(_:)`` if some depend on each other.
    static func inOrder(_ members: [WorkflowMember]) throws(WorkflowError) -> [WorkflowMember] {
        var open = Dictionary(members.map { ($0.key, $0) }) { first, _ in first }
        var ordered: [WorkflowMember] = []
        var rest = members
        while !rest.isEmpty {
            let ready = rest.filter { member in member.dependsOn.allSatisfy { open[$0] == nil } }
            guard !ready.isEmpty else {
                let cycle = cycle(in: rest).joined(separator: " -> ")
                let problem = FieldProblem(.root.appending("jobs"), "depend on each other in a circle: \(cycle)")
                throw .invalid([problem])
            }
            ordered += ready
            for member in ready { open[member.key] = nil }
            rest.removeAll { open[$0.key] == nil }
        }
        return ordered
    }

    /// One circle among members each of which depends on another of them.
    private static func cycle(in members: [WorkflowMember]) -> [String] {
        let byKey = Dictionary(members.map { ($0.key, $0) }) { first, _ in first }
        var path: [String] = []
        var key = members.first?.key
        while let current = key {
            if let start = path.firstIndex(of: current) { return Array(path[start...]) + [current] }
            path.append(current)
            key = byKey[current]?.dependsOn.first { byKey[$0] != nil }
        }
        return path
    }

    static func isKey(_ text: String) -> Bool {
        (1...WorkflowLimits.key).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The keys whose outputs a payload asks for.
    static func outputs(in payload: JSONValue) -> Set<String> {
        if let key = outputKey(payload) { return [key] }
        if let members = payload.objectValue {
            return members.members.reduce(into: []) { $0.formUnion(outputs(in: $1.value)) }
        }
        return (payload.arrayValue ?? []).reduce(into: []) { $0.formUnion(outputs(in: $1)) }
    }

    /// A payload with other values in the places of outputs.
    static func replacingOutputs(in payload: JSONValue, by output: (String) -> JSONValue) -> JSONValue {
        if let key = outputKey(payload) { return output(key) }
        if let members = payload.objectValue {
            var replaced: JSONObject = [:]
            for member in members.members { replaced[member.key] = replacingOutputs(in: member.value, by: output) }
            return .object(replaced)
        }
        if let elements = payload.arrayValue { return .array(elements.map { replacingOutputs(in: $0, by: output) }) }
        return payload
    }

    private static func outputKey(_ value: JSONValue) -> String? {
        guard let members = value.objectValue, members.count == 1 else { return nil }
        return members["$output"]?.stringValue
    }
}
