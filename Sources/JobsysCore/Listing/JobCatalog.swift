/// Where jobs and incidents are looked up by anything but their ids.
///
/// Lists are newest first, and may miss what was written within the last second or so. One call does a bounded amount
/// of work: it may return fewer elements than asked for, or none, with a position at which there is more.
///
/// All calls throw ``DependencyError``.
public protocol JobCatalog: Sendable {
    /// Lists jobs by the time of their submission.
    func jobs(_ query: JobQuery) async throws -> Listing<Job>

    /// Lists the incidents that nobody has closed by a redrive, by the time of the failure.
    func openIncidents(_ query: IncidentQuery) async throws -> Listing<Incident>
}

/// Where a tenant's open jobs are counted.
///
/// Of those that were made for a tenant whose jobs are counted; the count may miss what was written within the last second or so.
public protocol OpenJobCounter: Sendable {
    /// How many jobs of a tenant are not final, at most as many as given: then there may be more.
    ///
    /// - Throws: ``DependencyError``.
    func openJobs(of tenant: String, upTo limit: Int) async throws -> Int
}

/// Which jobs are asked for.
public struct JobQuery: Sendable, Hashable {
    /// Whose jobs, from when, and how many.
    public var section: ListSection
    /// Where the jobs stand; nil for anywhere.
    public var status: JobStatus?
    /// Which handler runs them; nil for any.
    public var type: String?

    /// Makes a query.
    public init(_ section: ListSection, status: JobStatus? = nil, type: String? = nil) {
        self.section = section
        self.status = status
        self.type = type
    }

    /// Whether every job of the section and its tenant is asked for.
    public var isUnfiltered: Bool { status == nil && type == nil }

    /// Whether a job of the section's time is asked for.
    public func matches(_ job: Job) -> Bool {
        (status == nil || job.status == status) && (type == nil || job.type == type)
            && (section.tenant == nil || job.tenant == section.tenant)
    }
}

/// Which incidents are asked for.
public struct IncidentQuery: Sendable, Hashable {
    /// Whose incidents, from when, and how many.
    public var section: ListSection
    /// What kind of failure they are; nil for any.
    public var errorClass: ErrorClass?
    /// Which handler ran the jobs; nil for any, and for messages that belong to no job.
    public var type: String?

    /// Makes a query.
    public init(_ section: ListSection, errorClass: ErrorClass? = nil, type: String? = nil) {
        self.section = section
        self.errorClass = errorClass
        self.type = type
    }

    /// Whether every incident of the section and its tenant is asked for.
    public var isUnfiltered: Bool { errorClass == nil && type == nil }

    /// Whether an incident of the section's time is asked for.
    ///
    /// A message that belongs to no job is no tenant's, for nobody knows whose it was.
    public func matches(_ incident: Incident) -> Bool {
        (errorClass == nil || incident.failure.errorClass == errorClass) && (type == nil || incident.jobType == type)
            && (section.tenant == nil || incident.isJob && incident.tenant == section.tenant)
    }
}

/// A part of a list, newest element first.
public struct Listing<Element: Sendable>: Sendable {
    /// The elements; there may be none although the list goes on.
    public var elements: [Element]
    /// Where to go on; nil if the list has ended.
    public var next: ListPosition?

    /// Makes a part of a list.
    public init(_ elements: [Element], next: ListPosition?) {
        self.elements = elements
        self.next = next
    }
}

extension Listing: Equatable where Element: Equatable {}
