public import JobsysTime

/// Where a workflow stands.
public enum WorkflowStatus: String, Sendable, Hashable, CaseIterable {
    /// Members may be added.
    case open = "OPEN"
    /// Sealed, and not over.
    case running = "RUNNING"
    /// Over; every member has succeeded, or was allowed not to.
    case succeeded = "SUCCEEDED"
    /// Over; more members have failed than may.
    case failed = "FAILED"
    /// Over, because somebody cancelled it.
    case cancelled = "CANCELLED"

    /// Whether it is over.
    public var isFinal: Bool { self != .open && self != .running }
}

/// A workflow as it stands.
public struct Workflow: Sendable, Hashable {
    /// How many members stand where.
    public struct Counts: Sendable, Hashable {
        /// All.
        public var total = 0
        /// Those that wait for others, or for room.
        public var waiting = 0
        /// Those that wait for a worker, or for their next attempt.
        public var pending = 0
        /// Those that a worker runs.
        public var running = 0
        /// Those that are done.
        public var succeeded = 0
        /// Those that failed for good.
        public var failed = 0
        /// Those that were cancelled.
        public var cancelled = 0

        /// Makes counts of nothing.
        public init() {}
    }

    /// Its id.
    public var id: JobID
    /// Whose it is.
    public var tenant: String
    /// What its maker calls it.
    public var name: String?
    /// Where it stands.
    public var status: WorkflowStatus
    /// How its members stand; nil where they were not asked for.
    public var counts: Counts?
    /// When it was sealed.
    public var sealedAt: Timestamp?
    /// When somebody cancelled it.
    public var cancelRequestedAt: Timestamp?
    /// How many members may be open at once.
    public var maxParallel: Int?
    /// How many members may fail.
    public var tolerance: WorkflowTolerance?
    /// The key of the member that runs when all others are over.
    public var finally: String?
    /// When it was opened.
    public var createdAt: Timestamp
    /// When it was over.
    public var finishedAt: Timestamp?
    /// When it will be forgotten.
    public var expiresAt: Timestamp
}

extension Workflow {
    /// Reads a workflow from its record and, if it is not over, its list of pages.
    init(_ record: WorkflowItem, root: WorkflowItem?) {
        id = WorkflowKey.workflow(of: record.key) ?? JobID(high: 0, low: 0, version: 8)
        tenant = record.texts["tenant"] ?? Submission.defaultTenant
        name = record.texts["name"]
        createdAt = record.texts["createdAt"].flatMap { Timestamp($0) } ?? .earliest
        finishedAt = record.texts["finishedAt"].flatMap { Timestamp($0) }
        sealedAt = (record.texts["sealedAt"] ?? root?.texts["sealedAt"]).flatMap { Timestamp($0) }
        cancelRequestedAt = (record.texts["cancelledAt"] ?? root?.texts["cancelledAt"]).flatMap { Timestamp($0) }
        maxParallel = record.texts["maxParallel"].flatMap { Int($0) }
        tolerance = record.texts["tolerate"].flatMap { WorkflowTolerance($0) }
        finally = record.texts["finally"]
        expiresAt = record.expiresAt
        let recorded = record.texts["status"].flatMap { WorkflowStatus(rawValue: $0) }
        status = recorded ?? (sealedAt == nil ? .open : .running)
        counts = record.texts["counts"].flatMap { Counts($0) }
    }
}

extension Workflow.Counts {
    /// The counts of a workflow that is over, as its record keeps them.
    init?(_ text: String) {
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        (succeeded, failed, cancelled) = (numbers[0], numbers[1], numbers[2])
        total = numbers.reduce(0, +)
    }

    /// What the record keeps.
    var text: String { "\(succeeded) \(failed) \(cancelled)" }
}

/// What a workflow is opened with.
public struct WorkflowOrder: Sendable, Hashable {
    /// Its id; derived from an idempotency key, so that the call may be repeated, or new.
    public var id: JobID
    /// Whose it is.
    public var tenant: String
    /// What its maker calls it.
    public var name: String?
    /// How many members may be open at once.
    public var maxParallel: Int?
    /// How many members may fail.
    public var tolerance: WorkflowTolerance?
    /// What runs when all others are over, however they ended.
    public var finally: WorkflowMember?

    /// Makes an order.
    public init(
        id: JobID,
        tenant: String = Submission.defaultTenant,
        name: String? = nil,
        maxParallel: Int? = nil,
        tolerance: WorkflowTolerance? = nil,
        finally: WorkflowMember? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.name = name
        self.maxParallel = maxParallel
        self.tolerance = tolerance
        self.finally = finally
    }
}

/// What a workflow allows.
public enum WorkflowLimits {
    /// The most members.
    public static let members = 10_000
    /// The most members that one call adds.
    public static let membersOfCall = 100
    /// The longest key, in characters.
    public static let key = 128
    /// The longest name, in characters.
    public static let name = 200
    /// The most members that may be open at once, where that is limited.
    public static let parallel = 1000
    /// The longest result of a parent that stands in the payload of a child; a longer one is named by its job's id.
    public static let inlineOutput = 16 * 1024
    /// How long a workflow may last; then it is cancelled.
    public static let lifetime: Duration = .seconds(90 * 86400)
    /// How long what was begun and not finished by somebody who adds members is left alone.
    static let patience: Duration = .seconds(900)
}

/// Why a workflow does not do what it was asked.
public enum WorkflowError: Error, Sendable, Hashable {
    /// There is no such workflow.
    case noSuchWorkflow
    /// Members are wrong, as these findings say.
    case invalid([FieldProblem])
    /// A payload is too long.
    case payloadTooLarge(bytes: Int)
    /// A key belongs to a member that was asked for with other content.
    case keyReused(String)
    /// It is sealed, over, or being cancelled.
    case wrongState(WorkflowStatus, String)

    /// What happened, for a reader.
    public var explanation: String {
        switch self {
        case .noSuchWorkflow: "there is no such workflow"
        case .invalid(let problems): problems.map { "\($0.pointer): \($0.message)" }.joined(separator: "; ")
        case .payloadTooLarge(let bytes): "a payload has \(bytes) bytes, more than \(Submission.payloadLimit)"
        case .keyReused(let key): "the key \(key) belongs to a member with other content"
        case .wrongState(let status, let why): "the workflow is \(status.rawValue): \(why)"
        }
    }
}
