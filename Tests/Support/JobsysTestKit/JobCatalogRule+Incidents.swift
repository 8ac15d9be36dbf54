import JobsysCore
import JobsysJSON
import JobsysTime
import Testing

extension JobCatalogRule {
    static let incidents = [
        JobCatalogRule("open incidents are listed newest first, each once, whatever the size of the pages") {
            store,
            catalog async throws in
            var incidents: [Incident] = []
            for job in try await store.created(ages: (0..<5).map { .seconds($0 * 50000) }) {
                incidents.append(try await store.failed(job))
            }
            for limit in [1, 2, 100] {
                let query = IncidentQuery(.sample(limit: limit))
                #expect(try await catalog.allIncidents(query) == incidents, "\(limit) a page")
            }
        },
        JobCatalogRule("a message that belongs to no job has its incident in the list") { store, catalog async throws in
            let incident = Incident(
                id: .message("id#with#signs"),
                tenant: Submission.defaultTenant,
                jobType: nil,
                failure: Job.RecordedFailure(errorClass: .unknown, message: "no job", at: .sample),
                attempts: 0,
                traceID: nil,
                excerpt: "garbage"
            )
            _ = try await store.record(incident, expiresAt: .sample)
            #expect(try await catalog.allIncidents(IncidentQuery(.sample())) == [incident])
            #expect(try await catalog.allIncidents(IncidentQuery(.sample(), type: "transform")) == [])
        },
        JobCatalogRule("a tenant's list has no other tenant's incidents, and no message that belongs to no job") {
            store,
            catalog async throws in
            let (own, other) = (
                try await store.created(ages: [.seconds(10)], tenant: "acme"), try await store.created(ages: [.zero])
            )
            let (incident, foreign) = (try await store.failed(own[0]), try await store.failed(other[0]))
            var stray = incident
            stray.id = .message("stray")
            stray.failure.at = incident.failure.at + .seconds(-1)
            _ = try await store.record(stray, expiresAt: .sample)
            var section = ListSection.sample(limit: 1)
            #expect(try await catalog.allIncidents(IncidentQuery(section)) == [foreign, incident, stray])
            section.tenant = "acme"
            #expect(try await catalog.allIncidents(IncidentQuery(section)) == [incident])
            section.tenant = "other"
            #expect(try await catalog.allIncidents(IncidentQuery(section)) == [])
        },
        JobCatalogRule("a redrive takes the incident off the list") { store, catalog async throws in
            let job = try await store.created()
            let incident = try await store.failed(job)
            #expect(try await catalog.allIncidents(IncidentQuery(.sample())) == [incident])
            _ = try await store.redrive(job.id, with: nil, at: .sample)
            #expect(try await catalog.allIncidents(IncidentQuery(.sample())) == [])
        },
        JobCatalogRule("a list can be of one class, one type, or both, and has the incidents of its time") {
            store,
            catalog async throws in
            let (plain, drill) = (
                try await store.created(ages: [.seconds(10)]),
                try await store.created(ages: [.seconds(20)], type: "drill")
            )
            let system = try await store.failed(plain[0])
            let network = try await store.failed(drill[0], class: .network)
            let section = ListSection.sample(limit: 1)
            #expect(try await catalog.allIncidents(IncidentQuery(section, errorClass: .network)) == [network])
            #expect(try await catalog.allIncidents(IncidentQuery(section, type: "transform")) == [system])
            #expect(try await catalog.allIncidents(IncidentQuery(section, errorClass: .system, type: "drill")) == [])
            let late = ListSection(since: system.failure.at, until: .sample + .seconds(60), limit: 100)
            #expect(try await catalog.allIncidents(IncidentQuery(late)) == [system])
            let early = ListSection(since: .sample + .seconds(-60), until: system.failure.at, limit: 100)
            #expect(try await catalog.allIncidents(IncidentQuery(early)) == [network])
        },
    ]
}

extension ListSection {
    /// The nine days before the sample's instant, that instant included.
    static func sample(limit: Int = 100) -> ListSection {
        ListSection(since: .sample + .seconds(-9 * 86400), until: .sample + .seconds(60), limit: limit)
    }
}

extension JobCatalog {
    /// All jobs of a query, page by page.
    func allJobs(_ query: JobQuery) async throws -> [Job] {
        try await all(query.section) { section in
            try await jobs(JobQuery(section, status: query.status, type: query.type))
        }
    }

    /// All incidents of a query, page by page.
    func allIncidents(_ query: IncidentQuery) async throws -> [Incident] {
        try await all(query.section) { section in
            try await openIncidents(IncidentQuery(section, errorClass: query.errorClass, type: query.type))
        }
    }

    private func all<Element>(
        _ section: ListSection,
        _ list: (ListSection) async throws -> Listing<Element>
    ) async throws -> [Element] {
        var section = section
        var elements: [Element] = []
        repeat {
            let page = try await list(section)
            #expect(page.elements.count <= section.limit)
            elements += page.elements
            section.position = page.next
        } while section.position != nil
        return elements
    }
}

extension JobStore where Self: FailureStore {
    /// Fails a job that nobody has begun, at the instant of its creation.
    fileprivate func failed(_ job: Job, class errorClass: ErrorClass = .system) async throws -> Incident {
        var incident = Incident.sample(of: job)
        incident.failure = Job.RecordedFailure(errorClass: errorClass, message: "broken", at: job.createdAt)
        #expect(try await fail(job, with: incident, expiresAt: .sample) == .written)
        return incident
    }
}

extension JobStore {
    /// Samples that were created so long before the sample's instant, newest first.
    func created(
        ages: [Duration],
        type: String = "transform",
        tenant: String = Submission.defaultTenant
    ) async throws -> [Job] {
        let jobs = ages.map { age in
            var job = Job.sample(type: type, at: .sample + (.zero - age))
            job.tenant = tenant
            return job
        }
        for job in jobs { #expect(try await create(job) == .created) }
        return jobs.sorted { ListPosition(of: $0) > ListPosition(of: $1) }
    }
}

extension ListPosition {
    fileprivate init(of job: Job) {
        self.init(at: job.createdAt, id: "\(job.id)")
    }
}
