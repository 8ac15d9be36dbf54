import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime

/// The console's pages of jobs: their list, each of them, and what may be done to it.
struct ConsoleJobs: Sendable {
    let pages: ConsolePages
    /// Submits and lists as the API does.
    let jobs: JobController
    let lists: CatalogController

    /// All that it does.
    var routes: [Route] {
        [
            Route(.get, "/console/jobs", .needs(.readJobs), respond: list),
            Route(.get, "/console/jobs/{id}", .needs(.readJobs), respond: show),
            Route(.get, "/console/find", .needs(.readJobs), respond: find),
            Route(.post, "/console/jobs/{id}/cancel", .needs(.cancelJobs), change: "job.cancel", respond: cancel),
            Route(.post, "/console/jobs/{id}/redrive", .needs(.redriveJobs), change: "job.redrive", respond: redrive),
            Route(.get, "/console/submit", .needs(.submitJobs), respond: form),
            Route(.post, "/console/submit", .needs(.submitJobs), respond: submit),
        ]
    }

    /// The pages that change while somebody looks at them.
    var livePages: [String: LivePage] { ["/console/jobs": listPage, "/console/jobs/{id}": jobPage] }

    private var listPage: LivePage {
        @Sendable func parameters(_ request: Request) throws -> ListParameters {
            try ListParameters(request, list: "jobs", filters: ["status", "type"], ignoringEmpty: true)
        }
        return LivePage(.readJobs) { [jobs, lists] request, principal in
            try await jobs.jobs.jobs(try lists.jobQuery(parameters(request)), for: principal)
        } render: { listing, request, principal in
            let parameters = try parameters(request)
            let model = JobsPage(
                parameters,
                jobs: listing.elements.map(JobRow.init),
                next: listing.next.map { parameters.link("/console/jobs", after: $0) },
                maySubmit: principal.may(.submitJobs)
            )
            return ConsolePages.render("jobs", model)
        }
    }

    private var jobPage: LivePage {
        LivePage(.readJobs) { [jobs] request, principal in
            // The last segment of the path, which the route has matched.
            guard let id = request.uri.path.split(separator: "/").last.flatMap({ JobID(String($0)) }) else {
                throw Problem.noSuchJob
            }
            return try await jobs.jobs.job(id, for: principal, waiting: .zero)
        } render: { [jobs] job, _, principal in
            let waiting = Waiting(of: job, in: jobs.offers.cache.snapshot, at: jobs.now())
            return ConsolePages.render("job", ConsoleJobPage(job, waiting: waiting, for: principal))
        }
    }

    @Sendable private func list(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await pages.page(listPage, title: "Jobs", request, for: context.principal)
    }

    @Sendable private func show(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.jobID
        let notice = request.uri.queryParameters["done"].flatMap { Notice(rawValue: String($0)) }
        return try await pages.page(jobPage, title: "Job \(id)", request, for: context.principal, notice: notice?.text)
    }

    @Sendable private func find(_ request: Request, context: APIRequestContext) async throws -> Response {
        let text = String((request.uri.queryParameters["id"] ?? "").filter { !$0.isWhitespace }).lowercased()
        if let id = JobID(text) { return .redirect("/console/jobs/\(id)") }
        return try await findJob(beginningWith: text, for: context.principal)
    }

    /// Leads to the job whose id begins like this, or to those of its time: the first eight digits of an id say when it was
    /// made, to a minute.
    ///
    /// Source: RFC 9562, section 5.7: they are the first 32 of the 48 bits of a time in milliseconds.
    private func findJob(beginningWith text: String, for principal: Principal) async throws -> Response {
        let isBeginning = text.allSatisfy { $0.isHexDigit || $0 == "-" }
        guard isBeginning, text.count >= 8, let high = Int64(text.prefix(8), radix: 16) else {
            let sample = JobID(at: jobs.now())
            let rule = "A job is found by its id, such as \(sample), or by the first eight digits of it or more."
            throw Problem(.unprocessableContent, rule)
        }
        let since = Timestamp(milliseconds: high << 16)
        let until = since + .milliseconds(1 << 16)
        var section = ListSection(since: since, until: until, limit: 100).bounded(at: jobs.now())
        var found: [JobID] = []
        // Of a thousand jobs in one minute, the list of that minute says more than a search.
        for _ in 0..<10 where section.since < section.until {
            let page = try await jobs.jobs.jobs(JobQuery(section), for: principal)
            found += page.elements.map(\.id).filter { $0.description.hasPrefix(text) }
            section.position = page.next
            if page.next == nil || found.count > 1 { break }
        }
        guard let first = found.first else {
            let rule =
                "No job that is kept has an id that begins like this. That of a job with an Idempotency-Key says nothing "
                + "of its time: such a job is found by its whole id."
            throw Problem(.notFound, rule)
        }
        guard found.count > 1 else { return .redirect("/console/jobs/\(first)") }
        let (from, to) = ("\(since)".queryEscaped, "\(until)".queryEscaped)
        return .redirect("/console/jobs?since=\(from)&until=\(to)")
    }

    @Sendable private func cancel(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.jobID
        switch try await jobs.jobs.cancel(id, by: context.principal) {
        case .done: return .redirect(id, .cancelled)
        case .requested: return .redirect(id, .asked)
        case .refused(let job) where job.status.isFinal:
            throw Problem.wrongState(job, "a job that is over cannot be cancelled.")
        case .refused(let job): throw Problem.moving(job)
        case .noSuchJob: throw Problem.noSuchJob
        }
    }

    @Sendable private func redrive(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.jobID
        let payload = try await ConsoleForm(request, body: jobs.bodyReader).json("payload")
        let size = payload?.serialized().count ?? 0
        guard size <= Submission.payloadLimit else { throw Problem(SubmissionError.payloadTooLarge(bytes: size)) }
        switch try await jobs.jobs.redrive(id, with: payload, by: context.principal) {
        case .done: return .redirect(id, .redriven)
        case .refused(let job), .requested(let job):
            throw Problem.wrongState(job, "only one that is FAILED_FINAL or CANCELLED can be redriven.")
        case .noSuchJob: throw Problem.noSuchJob
        }
    }

    @Sendable private func form(_ request: Request, context: APIRequestContext) async throws -> Response {
        page(SubmitPage(type: "", payload: "{}", types: types, key: UniqueID.make()), for: context.principal)
    }

    /// Leads to the job; a form that is sent twice makes one.
    @Sendable private func submit(_ request: Request, context: APIRequestContext) async throws -> Response {
        let form = try await ConsoleForm(request, body: jobs.bodyReader)
        let key =
            form["key"].flatMap { SubmissionRequest.isIdempotencyKey("console-\($0)") ? $0 : nil } ?? UniqueID.make()
        do {
            var document: JSONObject = ["type": .string(form["type"] ?? "")]
            document["payload"] = try form.json("payload")
            document["maxAttempts"] = form["maxAttempts"].map { Int($0).map(JSONValue.int) ?? .string($0) }
            let submission = try Submission(
                document: .object(document),
                idempotencyKey: "console-\(key)",
                at: jobs.now()
            )
            let (_, answer) = try await jobs.ticket(for: submission, by: context.principal, trace: jobs.makeTrace())
            RequestNotes.current?.add(answer.job.logMetadata)
            guard context.principal.may(.readJobs) else {
                let again = SubmitPage(type: "", payload: "{}", types: types, key: UniqueID.make())
                return page(again, for: context.principal, notice: "Accepted as job \(answer.job.id).")
            }
            return .redirect(answer.job.id, answer.noWorker ? .submittedInVain : .submitted)
        } catch {
            let problem = Problem(error)
            guard problem.status.kind == .clientError else { throw error }
            var again = SubmitPage(type: form["type"] ?? "", payload: form["payload"] ?? "", types: types, key: key)
            again.maxAttempts = form["maxAttempts"] ?? ""
            again.problem = problem.detail
            again.errors = problem.errors.map { .init(place: "\($0.pointer)", message: $0.message) }
            return page(again, for: context.principal, status: problem.status)
        }
    }

    private var types: [String] { jobs.offers.cache.snapshot?.typeNames ?? [] }

    private func page(
        _ model: SubmitPage,
        for principal: Principal,
        notice: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        pages.page(
            "submit",
            model,
            title: "Submit",
            for: principal,
            at: "/console/submit",
            notice: notice,
            status: status
        )
    }
}

/// What was done to a job, as its page says it afterwards.
private enum Notice: String {
    case cancelled, asked, redriven, submitted
    case submittedInVain = "submitted-in-vain"

    var text: String {
        switch self {
        case .cancelled: "The job is cancelled."
        case .asked: "Its worker was asked to stop."
        case .redriven: "The job starts anew."
        case .submitted: "The job was accepted."
        case .submittedInVain: "The job was accepted; no worker that is there offers its type."
        }
    }
}

extension Response {
    fileprivate static func redirect(_ id: JobID, _ notice: Notice) -> Response {
        .redirect("/console/jobs/\(id)?done=\(notice.rawValue)")
    }
}

/// The list of jobs, with its filters.
private struct JobsPage {
    let statuses: [Choice]
    let type: String
    let since: String
    let until: String
    let sample = ListFilters.sample
    let isFiltered: Bool
    let jobs: [JobRow]
    let any: Bool
    let count: String
    let next: String?
    let maySubmit: Bool

    init(_ parameters: ListParameters, jobs: [JobRow], next: String?, maySubmit: Bool) {
        statuses = JobStatus.allCases.map { Choice(name: $0.rawValue, isChosen: $0.rawValue == parameters["status"]) }
        type = parameters["type"] ?? ""
        since = parameters["since"] ?? ""
        until = parameters["until"] ?? ""
        isFiltered = ["status", "type", "since", "until"].contains { parameters[$0] != nil }
        self.jobs = jobs
        any = !jobs.isEmpty
        count = countText(jobs.count, "job", "jobs", goesOn: next != nil)
        self.next = next
        self.maySubmit = maySubmit
    }
}

/// What the filters of all lists share.
enum ListFilters {
    static let sample = "2026-11-21T08:30:00Z"
}

/// The form of a submission, as it was filled in.
private struct SubmitPage {
    struct MemberError {
        let place: String
        let message: String
    }

    let type: String
    let payload: String
    let types: [String]
    let key: String
    var maxAttempts = ""
    var problem: String?
    var hasErrors = false
    var errors: [MemberError] = [] { didSet { hasErrors = !errors.isEmpty } }

    init(type: String, payload: String, types: [String], key: String) {
        self.type = type
        self.payload = payload
        self.types = types
        self.key = key
    }
}
