import JobsysCore
import JobsysJSON
import JobsysObservability

/// Jobs and incidents as far as somebody may see and change them: the one way by which routes reach them.
///
/// What is another tenant's is as if it were not there, and the sensitive fields of a type are shown to nobody.
struct JobAccess: Sendable {
    private let store: any JobStore
    private let submitter: JobSubmitter
    private let supervisor: JobSupervisor
    private let watcher: JobWatcher
    private let catalog: any JobCatalog
    private let cache: DirectoryCache
    private let quota: OpenJobsQuota?

    init(
        store: any JobStore,
        submitter: JobSubmitter,
        supervisor: JobSupervisor,
        watcher: JobWatcher,
        catalog: any JobCatalog,
        cache: DirectoryCache,
        quota: OpenJobsQuota? = nil
    ) {
        self.store = store
        self.submitter = submitter
        self.supervisor = supervisor
        self.watcher = watcher
        self.catalog = catalog
        self.cache = cache
        self.quota = quota
    }

    /// Submits a job as one of the principal's tenant.
    ///
    /// - Throws: ``Problem`` with 403 for a type that is not the principal's to use, with 422 for a redacted value in the place
    ///   of a sensitive one, and with 429 if the tenant has as many open jobs as it may; what the store and the queue throw.
    func submit(
        _ submission: Submission,
        by principal: Principal,
        trace: TraceContext
    ) async throws -> JobSubmitter.Ticket {
        try check(principal, mayUse: submission.type)
        var submission = submission
        submission.tenant = principal.tenantOfSubmissions
        try checkNoMarks(in: submission.payload, ofType: submission.type)
        switch try await submitWithinQuota(submission, trace) {
        case .accepted(let job): return .accepted(shown(job))
        case .repeated(let job): return .repeated(shown(job))
        case .keyReused(let job): return .keyReused(shown(job))
        }
    }

    private func submitWithinQuota(
        _ submission: Submission,
        _ trace: TraceContext
    ) async throws -> JobSubmitter.Ticket {
        guard let quota else { return try await submitter.submit(submission, trace: trace) }
        return try await quota.admitting(submission.tenant, isNew: \.isAccepted) {
            try await submitter.submit(submission, trace: trace)
        }
    }

    /// The job as it is once it is final, or the time is up.
    ///
    /// - Throws: ``Problem`` with 404; what the store throws.
    func job(_ id: JobID, for principal: Principal, waiting limit: Duration) async throws -> Job {
        let job = try await watcher.job(id, waiting: limit, if: { principal.sees($0.tenant) })
        guard let job, principal.sees(job.tenant) else { throw Problem.noSuchJob }
        return shown(job)
    }

    /// Cancels a job.
    ///
    /// - Throws: ``Problem`` with 403 for a type that is not the principal's to use; what the store throws.
    func cancel(_ id: JobID, by principal: Principal) async throws -> Intervention {
        guard try await mayChange(id, principal) else { return .noSuchJob }
        return shown(try await supervisor.cancel(id))
    }

    /// Starts a job anew, which counts as one more that is open.
    ///
    /// An operator mends what has failed whatever the tenant's limit is.
    ///
    /// - Throws: As ``cancel(_:by:)``, and ``Problem`` with 422 for a payload that has redacted values in it, and with 429 if the
    ///   tenant has as many open jobs as it may.
    func redrive(_ id: JobID, with payload: JSONValue?, by principal: Principal) async throws -> Intervention {
        if let payload { try checkNoMarks(payload.placesOfMarks) }
        guard try await mayChange(id, principal) else { return .noSuchJob }
        guard let quota, let tenant = principal.tenant else {
            return shown(try await supervisor.redrive(id, with: payload))
        }
        return shown(
            try await quota.admitting(tenant, isNew: \.isDone) { try await supervisor.redrive(id, with: payload) }
        )
    }

    /// Lists jobs.
    ///
    /// - Throws: What the catalog throws.
    func jobs(_ query: JobQuery, for principal: Principal) async throws -> Listing<Job> {
        var query = query
        query.section.tenant = principal.tenant
        var listing = try await catalog.jobs(query)
        listing.elements = listing.elements.map(shown)
        return listing
    }

    /// Lists open incidents.
    ///
    /// - Throws: What the catalog throws.
    func openIncidents(_ query: IncidentQuery, for principal: Principal) async throws -> Listing<Incident> {
        var query = query
        query.section.tenant = principal.tenant
        return try await catalog.openIncidents(query)
    }

    /// Whether the job is there for the principal; whoever may change everything spares the look.
    private func mayChange(_ id: JobID, _ principal: Principal) async throws -> Bool {
        guard principal.tenant != nil || principal.types != nil else { return true }
        guard let job = try await store.job(id), principal.sees(job.tenant) else { return false }
        try check(principal, mayUse: job.type)
        return true
    }

    private func check(_ principal: Principal, mayUse type: String) throws(Problem) {
        guard principal.mayUse(type) else { throw .typeNotAllowed(type) }
    }

    // MARK: Sensitive fields

    /// The job as it may be shown, to whomever.
    ///
    /// Its worker has noted in its record what is sensitive. What workers say at present counts too: of a job that none has claimed
    /// yet it is all that is known, and as long as nobody has said anything, nothing of its payload is shown.
    private func shown(_ job: Job) -> Job {
        let directory = cache.lastKnown
        var job = job
        let paths = job.sensitive + (directory?.types[job.type]?.sensitive ?? [])
        if directory == nil, job.lease == nil {
            job.payload = .string(Redactor.mark)
        } else if !paths.isEmpty {
            job.payload = job.payload.hiding(paths)
            job.result = job.result?.hiding(paths)
        }
        return job
    }

    private func shown(_ intervention: Intervention) -> Intervention {
        switch intervention {
        case .done(let job): .done(shown(job))
        case .requested(let job): .requested(shown(job))
        case .refused(let job): .refused(shown(job))
        case .noSuchJob: .noSuchJob
        }
    }

    /// Refuses what somebody was shown in the place of a sensitive value, and sends back as if it were the value.
    private func checkNoMarks(in payload: JSONValue, ofType type: String) throws(Problem) {
        guard let paths = cache.lastKnown?.types[type]?.sensitive, !paths.isEmpty else { return }
        try checkNoMarks(
            payload.values(at: paths)
                .flatMap { found in
                    found.value.placesOfMarks.map { JSONPointer(components: found.pointer.components + $0.components) }
                }
        )
    }

    private func checkNoMarks(_ places: [JSONPointer]) throws(Problem) {
        guard !places.isEmpty else { return }
        let rule = "is \(Redactor.mark), which is shown in the place of a value: send the value itself"
        throw Problem(
            SubmissionError.invalid(
                places.map { FieldProblem(JSONPointer(components: ["payload"] + $0.components), rule) }
            )
        )
    }
}

extension JobSubmitter.Ticket {
    /// Whether a job was made.
    fileprivate var isAccepted: Bool { if case .accepted = self { true } else { false } }
}

extension Intervention {
    /// Whether the job was changed.
    fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}
