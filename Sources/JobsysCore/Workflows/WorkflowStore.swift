public import JobsysTime

/// One of the small records that a workflow is made of: texts, and sets of texts.
///
/// A set that is empty is as if it were not there.
public struct WorkflowItem: Sendable, Hashable {
    /// Its key: the workflow's id, and what part of it this is.
    public var key: String
    /// Its texts by their names.
    public var texts: [String: String]
    /// Its sets by their names.
    public var sets: [String: Set<String>]
    /// When the store may forget it.
    public var expiresAt: Timestamp
    /// Where it is listed, if it is.
    public var listing: Listing?
    /// When the reconciler is to look at it; nil if it need not.
    public var visitAt: Timestamp?

    /// A place in a tenant's list.
    public struct Listing: Sendable, Hashable {
        /// Whose list.
        public var tenant: String
        /// What the list is ordered by.
        public var createdAt: Timestamp

        /// Makes a place.
        public init(tenant: String, createdAt: Timestamp) {
            self.tenant = tenant
            self.createdAt = createdAt
        }
    }

    /// Makes an item.
    public init(
        key: String,
        texts: [String: String] = [:],
        sets: [String: Set<String>] = [:],
        expiresAt: Timestamp,
        listing: Listing? = nil,
        visitAt: Timestamp? = nil
    ) {
        self.key = key
        self.texts = texts
        self.sets = sets.filter { !$0.value.isEmpty }
        self.expiresAt = expiresAt
        self.listing = listing
        self.visitAt = visitAt
    }
}

/// A change of one item, made at once or not at all.
public struct WorkflowChange: Sendable, Hashable {
    /// What an item must be like.
    public enum Requirement: Sendable, Hashable {
        /// It has no text of this name.
        case absent(String)
        /// Its text of this name is this.
        case equal(String, String)
        /// Its set of this name has this element.
        case contains(String, String)
        /// Its set of this name has fewer elements than this.
        case fewer(String, than: Int)
    }

    /// When the reconciler looks at the item next.
    public enum Visit: Sendable, Hashable {
        /// As before.
        case unchanged
        /// Then.
        case at(Timestamp)
        /// Not again.
        case never
    }

    /// Texts that are set.
    public var texts: [String: String] = [:]
    /// Texts that are removed.
    public var removedTexts: Set<String> = []
    /// Elements that are added to sets.
    public var added: [String: Set<String>] = [:]
    /// Elements that are taken from sets; from no set to which some are added.
    public var removed: [String: Set<String>] = [:]
    /// The next visit.
    public var visit = Visit.unchanged
    /// One of these groups must hold as a whole; no groups ask for nothing.
    public var requirements: [[Requirement]] = []

    /// Makes a change.
    public init(
        texts: [String: String] = [:],
        removing removedTexts: Set<String> = [],
        adding added: [String: Set<String>] = [:],
        taking removed: [String: Set<String>] = [:],
        visit: Visit = .unchanged,
        if requirements: [Requirement]...
    ) {
        self.texts = texts
        self.removedTexts = removedTexts
        self.added = added.filter { !$0.value.isEmpty }
        self.removed = removed.filter { !$0.value.isEmpty }
        self.visit = visit
        self.requirements = requirements
    }
}

/// What became of a change; the item is as it is now.
public enum WorkflowWrite: Sendable, Hashable {
    /// It was made.
    case made(WorkflowItem)
    /// The item is not as it must be: nothing was changed.
    case refused(WorkflowItem)
    /// There is no such item.
    case absent
}

/// Where workflows are kept.
///
/// All calls throw ``DependencyError``, or `CancellationError` when the calling task is cancelled; a write may then have
/// happened or not. Each may be repeated: adding what is there, or taking what is not, changes nothing.
public protocol WorkflowStore: Sendable {
    /// Writes an item, unless one of its key is there; answers the one that was.
    func create(_ item: WorkflowItem) async throws -> WorkflowItem?

    /// Reads items with all that was written before; those that are not there are left out.
    func items(_ keys: [String]) async throws -> [String: WorkflowItem]

    /// Changes an item that is there.
    func change(_ key: String, by change: WorkflowChange) async throws -> WorkflowWrite

    /// Lists a tenant's items, or everybody's, newest first. What was written in the last second may be missing.
    func listed(_ section: ListSection) async throws -> Listing<WorkflowItem>

    /// The keys of items that are to be visited by an instant, the earliest first.
    func due(through end: Timestamp, upTo limit: Int) async throws -> [String]
}

/// What a workflow asks of the store of its members' jobs.
public protocol MemberStore: JobStore, JobControl {
    /// Reads jobs with all that was written before; those that are not there, or cannot be read, are left out.
    func members(_ ids: [JobID]) async throws -> [JobID: Job]

    /// Has a job that is `WAITING` become `PENDING`.
    func release(_ id: JobID, at now: Timestamp) async throws -> Release

    /// Starts a job of a workflow anew that failed for good or was cancelled, if it still is as given.
    ///
    /// - Returns: The job in its new generation; nil if it has moved on.
    func restart(_ job: Job, with next: Job, at now: Timestamp) async throws -> Job?
}

/// What became of a release.
public enum Release: Sendable, Hashable {
    /// The job waits for a worker now.
    case released(Job)
    /// It had been released, or has ended.
    case other(Job)
    /// There is no such job.
    case noSuchJob
}
