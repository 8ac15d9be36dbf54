import HTTPTypes
public import JobsysHandlers
public import JobsysJSON
import JobsysObservability
import JobsysTime

/// A workflow that is to be submitted: jobs, and what each of them waits for.
///
/// ```swift
/// var workflow = WorkflowBuilder(name: "thumbnails")
/// for (number, url) in urls.enumerated() {
///     try workflow.add("resize-\(number)", .resize, Resize(url: url), onFailure: .continue)
/// }
/// try workflow.add("index", .index, Index(), after: workflow.keys)
/// let ticket = try await client.submit(workflow)
/// let done = try await client.wait(forWorkflow: ticket.id)
/// ```
public struct WorkflowBuilder: Sendable {
    /// What it is called.
    public var name: String?
    /// How many jobs may be open at once; nil for as many as there are.
    public var maxParallel: Int?
    /// How many jobs may fail before the workflow does, such as `5` or `5%`; nil has each job's own policy decide.
    public var tolerance: String?
    /// The jobs in the order in which they were added.
    public private(set) var members: [WorkflowMember] = []
    /// What runs when all others are over, however they ended.
    public private(set) var finally: WorkflowMember?
    private var known: Set<String> = []

    /// Makes a workflow without jobs.
    public init(name: String? = nil, maxParallel: Int? = nil, tolerance: String? = nil) {
        self.name = name
        self.maxParallel = maxParallel
        self.tolerance = tolerance
    }

    /// The keys of the jobs so far.
    public var keys: [String] { members.map(\.key) }

    /// Adds a job.
    ///
    /// - Parameters:
    ///   - key: Its name in the workflow.
    ///   - type: Its type.
    ///   - parameters: What the handler is given.
    ///   - dependencies: The keys of the jobs that it waits for, which were added before.
    ///   - policy: What becomes of those that wait for it if it does not succeed.
    ///   - maxAttempts: How many attempts it may take.
    /// - Throws: `EncodingError`; ``JobClientError`` for a key that another job has, and for a dependency that there is not.
    public mutating func add<Parameters>(
        _ key: String,
        _ type: JobName<Parameters>,
        _ parameters: Parameters,
        after dependencies: [String] = [],
        onFailure policy: WorkflowMember.FailurePolicy = .fail,
        maxAttempts: Int? = nil
    ) throws {
        try add(
            WorkflowMember(
                key: key,
                type: type.description,
                payload: try JobCoding.encode(parameters),
                dependsOn: dependencies,
                onFailure: policy,
                maxAttempts: maxAttempts
            )
        )
    }

    /// Adds a job whose payload is JSON, in which `{"$output": "key"}` stands for the result of one that it waits for.
    ///
    /// - Throws: As ``add(_:_:_:after:onFailure:maxAttempts:)``.
    public mutating func add(_ member: WorkflowMember) throws {
        guard known.insert(member.key).inserted else {
            throw JobClientError(.invalid, "\(member.key) is the key of two jobs of the workflow")
        }
        if let unknown = member.dependsOn.first(where: { !known.contains($0) || $0 == member.key }) {
            throw JobClientError(.invalid, "\(member.key) waits for \(unknown), which was not added before it")
        }
        members.append(member)
    }

    /// Has a job run when all others are over, however they ended.
    ///
    /// - Throws: `EncodingError`.
    public mutating func finally<Parameters>(_ type: JobName<Parameters>, _ parameters: Parameters) throws {
        finally = WorkflowMember(key: "finally", type: type.description, payload: try JobCoding.encode(parameters))
    }
}

/// A workflow as it was when `svc-api` was asked.
public struct WorkflowSnapshot: Sendable, Hashable {
    /// Its id.
    public let id: JobID
    /// Where it stands: `OPEN`, `RUNNING`, `SUCCEEDED`, `FAILED` or `CANCELLED`; a newer service may know more.
    public let status: String
    /// How many jobs stand where, by the names of the API; empty in lists, for those that are not over.
    public let counts: [String: Int]
    /// All that the service answered.
    public let document: JSONValue

    /// Whether it is over.
    public var isFinal: Bool { ["SUCCEEDED", "FAILED", "CANCELLED"].contains(status) }

    /// Reads a workflow; nil if the document is none.
    init?(_ document: JSONValue) {
        guard let id = document["workflowId"]?.stringValue.flatMap(JobID.init),
            let status = document["status"]?.stringValue
        else { return nil }
        self.id = id
        self.status = status
        let members = document["counts"]?.objectValue?.members ?? []
        counts = Dictionary(members.compactMap { member in member.value.intValue.map { (member.key, $0) } }) { $1 }
        self.document = document
    }
}

extension JobClient {
    /// Submits a workflow with all its jobs, a hundred with each request, and seals it.
    ///
    /// - Parameters:
    ///   - workflow: What is to be done.
    ///   - idempotencyKey: What makes repeats harmless: the same workflow with the same key is one, whose submission is gone on
    ///     with where it broke off.
    /// - Returns: The workflow, which will run.
    /// - Throws: ``JobClientError``; `CancellationError`.
    @discardableResult
    public func submit(_ workflow: WorkflowBuilder, idempotencyKey: String? = nil) async throws -> WorkflowSnapshot {
        let parts = stride(from: 0, to: workflow.members.count, by: 100)
            .map { Array(workflow.members[$0..<min($0 + 100, workflow.members.count)]) }
        var document: JSONObject = [:]
        document["name"] = workflow.name.map(JSONValue.string)
        document["maxParallel"] = workflow.maxParallel.map(JSONValue.int)
        document["tolerate"] = workflow.tolerance.map(JSONValue.string)
        document["finally"] = workflow.finally.map { .object($0.document) }
        if let first = parts.first { document["jobs"] = .array(first.map { .object($0.document) }) }
        let headers: HTTPFields = [.idempotencyKey: idempotencyKey ?? UniqueID.make()]
        let opened = try await workflowSnapshot {
            try await api.post(["workflows"], headers: headers, .object(document))
        }
        for part in parts.dropFirst() {
            let jobs: JSONValue = ["jobs": .array(part.map { .object($0.document) })]
            _ = try await failing { try await api.post(["workflows", "\(opened.id)", "jobs"], jobs) }
        }
        return try await workflowSnapshot { try await api.post(["workflows", "\(opened.id)", "seal"]) }
    }

    /// Asks how a workflow stands.
    ///
    /// - Throws: ``JobClientError``, ``JobClientError/Kind/notFound`` for one that is not there.
    public func workflow(_ id: JobID) async throws -> WorkflowSnapshot {
        try await workflowSnapshot { try await api.get(["workflows", "\(id)"]) }
    }

    /// Waits for a workflow to be over.
    ///
    /// - Parameters:
    ///   - id: The workflow.
    ///   - limit: How long to wait.
    ///   - onChange: Is told of each answer.
    /// - Returns: The workflow as it was last seen: over, unless the time was up before.
    /// - Throws: ``JobClientError``; `CancellationError`. The workflow goes on without.
    public func wait(
        forWorkflow id: JobID,
        upTo limit: Duration = .seconds(86400),
        onChange: (WorkflowSnapshot) throws -> Void = { _ in }
    ) async throws -> WorkflowSnapshot {
        let elapsed = stopwatch(api.clock)
        var pause = Duration.milliseconds(500)
        while true {
            let workflow = try await workflow(id)
            try onChange(workflow)
            guard !workflow.isFinal, elapsed() < limit else { return workflow }
            try await api.clock.sleep(for: min(pause, limit - elapsed()))
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// Cancels all jobs of a workflow that are not over.
    ///
    /// - Throws: ``JobClientError``, ``JobClientError/Kind/conflict`` for one that is over.
    @discardableResult
    public func cancelWorkflow(_ id: JobID) async throws -> WorkflowSnapshot {
        try await workflowSnapshot { try await api.post(["workflows", "\(id)", "cancel"]) }
    }

    /// Starts all jobs of a workflow anew that failed or were cancelled.
    ///
    /// - Throws: ``JobClientError``, ``JobClientError/Kind/conflict`` if there are none.
    @discardableResult
    public func retryWorkflow(_ id: JobID) async throws -> WorkflowSnapshot {
        try await workflowSnapshot { try await api.post(["workflows", "\(id)", "retry"]) }
    }

    private func workflowSnapshot(_ request: () async throws -> JSONValue) async throws -> WorkflowSnapshot {
        let document = try await failing(request)
        guard let workflow = WorkflowSnapshot(document) else {
            throw JobClientError(.unreadable, "the service answered something that is no workflow")
        }
        return workflow
    }
}

extension WorkflowMember {
    /// The member as the API takes it.
    package var document: JSONObject {
        var document: JSONObject = ["key": .string(key), "type": .string(type), "payload": payload]
        if !dependsOn.isEmpty { document["dependsOn"] = .array(dependsOn.map { .string($0) }) }
        if onFailure != .fail { document["onFailure"] = .string(onFailure.rawValue) }
        document["maxAttempts"] = maxAttempts.map(JSONValue.int)
        document["orderingKey"] = orderingKey.map(JSONValue.string)
        return document
    }
}
