package import JobsysCore

extension InMemoryJobStore: JobCatalog {
    /// Lists jobs by the time of their submission.
    package func jobs(_ query: JobQuery) async throws -> Listing<Job> {
        try await checkReachable()
        let jobs = jobs.filter(query.matches)
        return Listing(jobs, of: query.section) { ListPosition(at: $0.createdAt, id: "\($0.id)") }
    }

    /// Lists open incidents by the time of the failure.
    package func openIncidents(_ query: IncidentQuery) async throws -> Listing<Incident> {
        try await checkReachable()
        let incidents = openIncidents.filter(query.matches)
        return Listing(incidents, of: query.section) { ListPosition(at: $0.failure.at, id: "\($0.id)") }
    }
}

extension InMemoryJobStore: OpenJobCounter {
    /// Counts a tenant's jobs that are not final.
    package func openJobs(of tenant: String, upTo limit: Int) async throws -> Int {
        try await checkReachable()
        return min(limit, jobs.count { $0.tenant == tenant && !$0.status.isFinal })
    }
}

extension Listing {
    fileprivate init(_ all: [Element], of section: ListSection, position: (Element) -> ListPosition) {
        let elements =
            all
            .filter { section.end <= position($0) && position($0) < section.start }
            .sorted { position($0) > position($1) }
            .prefix(section.limit)
        self.init(Array(elements), next: elements.count == section.limit ? elements.last.map(position) : nil)
    }
}
