import Hummingbird
import JobsysCore
import JobsysHandlers
import JobsysJSON

/// What a request to open a workflow says, checked as far as that goes without the workflow.
struct WorkflowRequest {
    private(set) var name: String?
    private(set) var members: [WorkflowMember] = []
    private(set) var seals = false
    private(set) var maxParallel: Int?
    private(set) var tolerance: WorkflowTolerance?
    private(set) var finally: WorkflowMember?

    /// Reads the body, which may be missing.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader) async throws {
        let bytes = try await reader.bytes(of: request)
        guard !bytes.isEmpty else {
            try self.init(document: .object([:]))
            return
        }
        try JSONBody.checkMediaType(request.headers)
        try self.init(document: try JSONBody.object(bytes, limit: reader.limit))
    }

    /// Reads the document.
    ///
    /// - Throws: ``Problem`` with 422.
    init(document: JSONValue) throws {
        var problems = document.unknownMembers(
            known: ["name", "jobs", "seal", "maxParallel", "tolerate", "finally"],
            of: "workflow"
        )
        func complain(_ name: String, _ rule: String) { problems.append(FieldProblem(.root.appending(name), rule)) }
        if let value = document["name"], !value.isNull {
            name = value.stringValue
            if name.map({ (1...WorkflowLimits.name).contains($0.count) }) != true {
                complain("name", "must be a string of 1 to \(WorkflowLimits.name) characters")
            }
        }
        if let value = document["jobs"], !value.isNull { members = value.workflowMembers(&problems) }
        if let value = document["seal"], !value.isNull {
            seals = value.boolValue ?? false
            if value.boolValue == nil { complain("seal", "must be true or false") }
        }
        if let value = document["maxParallel"], !value.isNull {
            maxParallel = value.intValue
            if maxParallel.map((1...WorkflowLimits.parallel).contains) != true {
                complain("maxParallel", "must be a whole number from 1 to \(WorkflowLimits.parallel)")
            }
        }
        if let value = document["tolerate"], !value.isNull {
            tolerance = (value.stringValue ?? value.intValue.map { "\($0)" }).flatMap { WorkflowTolerance($0) }
            if tolerance == nil { complain("tolerate", "must be a whole number from 0, or a share such as \"5%\"") }
        }
        if let value = document["finally"], !value.isNull {
            let pointer = JSONPointer.root.appending("finally")
            finally = WorkflowMember.read(value.withDefaultKey("finally"), at: pointer, &problems)
            if finally?.dependsOn.isEmpty == false {
                problems.append(
                    FieldProblem(pointer.appending("dependsOn"), "must be left out: it waits for all others")
                )
            }
            if let key = finally?.key, members.contains(where: { $0.key == key }) {
                problems.append(FieldProblem(pointer.appending("key"), "\(key) is the key of another member"))
            }
        }
        guard problems.isEmpty else { throw Problem(members: problems, of: "workflow") }
    }
}

/// What a request to add members to a workflow says.
struct MembersRequest {
    let members: [WorkflowMember]

    /// Reads the body.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader) async throws {
        try JSONBody.checkMediaType(request.headers)
        let document = try JSONBody.object(try await reader.bytes(of: request), limit: reader.limit)
        var problems = document.unknownMembers(known: ["jobs"], of: "request")
        let limit = WorkflowLimits.membersOfCall
        if document["jobs"]?.arrayValue?.isEmpty != false {
            problems.append(FieldProblem(.root.appending("jobs"), "must be an array of 1 to \(limit) jobs"))
        }
        members = document["jobs"]?.workflowMembers(&problems) ?? []
        guard problems.isEmpty else { throw Problem(members: problems, of: "request") }
    }
}

extension JSONValue {
    /// Reads the list of members.
    fileprivate func workflowMembers(_ problems: inout [FieldProblem]) -> [WorkflowMember] {
        let pointer = JSONPointer.root.appending("jobs")
        let limit = WorkflowLimits.membersOfCall
        guard let values = arrayValue, values.count <= limit else {
            let found = arrayValue.map { ", and has \($0.count)" } ?? ""
            problems.append(
                FieldProblem(pointer, "must be an array of up to \(limit) jobs\(found): add more by further calls")
            )
            return []
        }
        var members: [WorkflowMember] = []
        for (index, value) in values.enumerated() {
            if let member = WorkflowMember.read(value, at: pointer.appending(index), &problems) {
                members.append(member)
            }
        }
        return members
    }

    fileprivate func withDefaultKey(_ key: String) -> JSONValue {
        guard var members = objectValue, members["key"] == nil else { return self }
        members["key"] = .string(key)
        return .object(members)
    }
}

extension Problem {
    /// Makes the problem that an error of a workflow is to the client.
    init(_ error: WorkflowError) {
        switch error {
        case .noSuchWorkflow:
            self.init(.notFound, "There is no workflow of this id.")
        case .invalid(let problems):
            self.init(.unprocessableContent, "Members of the workflow are missing or wrong.", errors: problems)
        case .payloadTooLarge(let bytes):
            self.init(SubmissionError.payloadTooLarge(bytes: bytes))
        case .keyReused(let key):
            self.init(
                .conflict,
                "The key \(key) belongs to a member of the workflow that was added with other content."
            )
            type = "urn:jobsys:problem:key-reused"
            title = "Key reused"
        case .wrongState(let status, let why):
            self.init(.conflict, "The workflow is \(status.rawValue): \(why).")
            type = "urn:jobsys:problem:wrong-state"
            title = "Wrong state"
        }
    }
}
