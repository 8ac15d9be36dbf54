public import JobsysJSON

/// A job that is to be part of a workflow.
public struct WorkflowMember: Sendable, Hashable {
    /// What becomes of those that wait for a member that does not succeed.
    public enum FailurePolicy: String, Sendable, Hashable, CaseIterable {
        /// They are cancelled.
        case fail
        /// They are released as if it had succeeded.
        case `continue`
    }

    /// Its name in the workflow, which no other member has: 1 to 128 printable ASCII characters without spaces.
    public var key: String
    /// Which handler runs it.
    public var type: String
    /// What the handler is given; `{"$output": "key"}` in it stands for the result of a member that it depends on.
    public var payload: JSONValue
    /// The keys of the members that it waits for.
    public var dependsOn: [String]
    /// What becomes of those that wait for it if it does not succeed.
    public var onFailure: FailurePolicy
    /// How many attempts it may take; nil leaves that to the policy of its type.
    public var maxAttempts: Int?
    /// Jobs of the same key run one after the other.
    public var orderingKey: String?

    /// Makes a member.
    public init(
        key: String,
        type: String,
        payload: JSONValue,
        dependsOn: [String] = [],
        onFailure: FailurePolicy = .fail,
        maxAttempts: Int? = nil,
        orderingKey: String? = nil
    ) {
        self.key = key
        self.type = type
        self.payload = payload
        self.dependsOn = dependsOn
        self.onFailure = onFailure
        self.maxAttempts = maxAttempts
        self.orderingKey = orderingKey
    }
}

/// The workflow that a running job is a member of.
public struct WorkflowContext: Sendable {
    /// The workflow's id.
    public let id: String
    /// The key of the job that runs.
    public let key: String
    private let addMembers: @Sendable ([WorkflowMember]) async throws -> [JobID]

    /// Makes a context, as a test of a handler may; `add` is handed what the handler adds.
    public init(
        id: String,
        key: String,
        add: @escaping @Sendable (_ members: [WorkflowMember]) async throws -> [JobID]
    ) {
        self.id = id
        self.key = key
        addMembers = add
    }

    /// Adds members to the workflow, even if it is sealed: it cannot end while this job runs.
    ///
    /// A call may be repeated, as it is when the job runs again: a member that is there is not made a second time.
    ///
    /// - Parameter members: Up to 100.
    /// - Returns: The ids of their jobs, in the same order.
    /// - Throws: What is wrong with them, or that the workflow was cancelled; an error of the store, after which the call should
    ///   be repeated.
    @discardableResult
    public func add(_ members: [WorkflowMember]) async throws -> [JobID] {
        try await addMembers(members)
    }
}
