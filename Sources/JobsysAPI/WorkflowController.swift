import FoundationEssentials
import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysHandlers
import JobsysJSON
import JobsysObservability
import JobsysTime

/// Opens workflows, adds members to them, and tells how they stand.
struct WorkflowController: Sendable {
    let engine: WorkflowEngine
    let bodyReader: BodyReader
    let now: @Sendable () -> Timestamp
    let makeTrace: @Sendable () -> TraceContext
    let offers: OfferCheck
    let limiter: RateLimiter?

    /// All that it does.
    var routes: [Route] {
        [
            Route(.post, "/workflows", .needs(.submitWorkflows), respond: open),
            Route(.get, "/workflows", .needs(.readWorkflows), respond: list),
            Route(.get, "/workflows/{id}", .needs(.readWorkflows), respond: show),
            Route(.get, "/workflows/{id}/jobs", .needs(.readWorkflows), respond: listMembers),
            Route(.post, "/workflows/{id}/jobs", .needs(.submitWorkflows), respond: add),
            Route(.post, "/workflows/{id}/seal", .needs(.submitWorkflows), respond: seal),
            Route(
                .post,
                "/workflows/{id}/cancel",
                .needs(.cancelWorkflows),
                change: "workflow.cancel",
                respond: cancel
            ),
            Route(.post, "/workflows/{id}/retry", .needs(.retryWorkflows), change: "workflow.retry", respond: retry),
        ]
    }

    /// Opens a workflow, with its first members: 202, also for a repeat with the same key.
    @Sendable private func open(_ request: Request, context: APIRequestContext) async throws -> Response {
        let key = try SubmissionRequest.idempotencyKey(request.headers)
        let wanted = try await WorkflowRequest(request, body: bodyReader)
        let tenant = context.principal.tenantOfSubmissions
        let id = key.map { JobID(tenant: tenant, idempotencyKey: "workflow/\($0)") } ?? JobID(at: now())
        try await check(wanted.members + (wanted.finally.map { [$0] } ?? []), context.principal)
        let trace = request.headers.trace ?? makeTrace()
        let order = WorkflowOrder(
            id: id,
            tenant: tenant,
            name: wanted.name,
            maxParallel: wanted.maxParallel,
            tolerance: wanted.tolerance,
            finally: wanted.finally
        )
        let added = try await translating {
            // What is wrong with the members is found before anything is written.
            try await engine.check(wanted.members, of: id)
            try await engine.open(order, trace: trace)
            return try await engine.add(wanted.members, to: id, of: tenant, trace: trace)
        }
        if wanted.seals { try await translating { try await engine.seal(id, of: tenant) } }
        let workflow = try await translating { try await engine.workflow(id, of: tenant) }
        return response(.accepted, workflow, added, headers: [.location: "/workflows/\(id)"])
    }

    /// Adds members: 202 with their jobs; a repeat finds the same ones.
    @Sendable private func add(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.workflowID
        let members = try await MembersRequest(request, body: bodyReader).members
        try await check(members, context.principal)
        let trace = request.headers.trace ?? makeTrace()
        let added = try await translating {
            try await engine.add(members, to: id, of: context.principal.tenant, trace: trace)
        }
        return response(.accepted) { writer in
            writer.member("workflowId", "\(id)")
            writer.members(added)
        }
    }

    @Sendable private func seal(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.workflowID
        return try await translating {
            try await engine.seal(id, of: context.principal.tenant)
            return response(.ok, try await engine.workflow(id, of: context.principal.tenant))
        }
    }

    /// Answers 202 as long as members run, which were told to stop.
    @Sendable private func cancel(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.workflowID
        try checkWhole(context.principal)
        return try await translating {
            try await engine.cancel(id, of: context.principal.tenant)
            let workflow = try await engine.workflow(id, of: context.principal.tenant)
            return response(workflow.status.isFinal ? .ok : .accepted, workflow)
        }
    }

    /// Starts the failed part anew: 202.
    @Sendable private func retry(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.workflowID
        try checkWhole(context.principal)
        return try await translating {
            let count = try await engine.retry(id, of: context.principal.tenant)
            let workflow = try await engine.workflow(id, of: context.principal.tenant)
            guard count > 0 || !workflow.status.isFinal else {
                throw WorkflowError.wrongState(workflow.status, "no member of it has failed or was cancelled")
            }
            return response(.accepted, workflow)
        }
    }

    @Sendable private func show(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.workflowID
        return response(.ok, try await translating { try await engine.workflow(id, of: context.principal.tenant) })
    }

    @Sendable private func list(_ request: Request, context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters(request, list: "workflows", filters: [])
        let section = ListSection(
            tenant: context.principal.tenant,
            since: try parameters.time("since") ?? now() + (.zero - ListSection.horizon),
            until: try parameters.time("until") ?? .latest,
            after: try parameters.position,
            limit: try parameters.limit
        )
        let listing = try await engine.workflows(section.bounded(at: now()))
        return response(.ok) { writer in
            writer.array("workflows") { writer in
                for workflow in listing.elements { writer.object { $0.workflow(workflow) } }
            }
            writer.member("nextCursor", ifPresent: listing.next.map(parameters.cursor))
        }
    }

    /// Lists members, some pages of the workflow at a time.
    @Sendable private func listMembers(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.workflowID
        let cursor = request.uri.queryParameters["cursor"].map(String.init)
        let isCursor = cursor.map {
            $0.utf8.count <= 16
                && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        guard isCursor ?? true else {
            throw Problem(
                .unprocessableContent,
                "The query parameter cursor must be the nextCursor of an answer before."
            )
        }
        let part = try await translating { try await engine.members(of: id, context.principal.tenant, after: cursor) }
        return response(.ok) { writer in
            writer.array("jobs") { writer in
                for job in part.jobs {
                    JobRepresentation(job, showsResult: false).encode(to: &writer, withResult: false)
                }
            }
            writer.member("nextCursor", ifPresent: part.next)
        }
    }

    /// That the types of members are the principal's to use, and offered where others are refused.
    private func check(_ members: [WorkflowMember], _ principal: Principal) async throws {
        // One was counted before the body was read.
        if let limiter, members.count > 1 { RequestNotes.current?.add(limiter.charge(principal, members.count - 1)) }
        for type in Set(members.map(\.type)).sorted() {
            guard principal.mayUse(type) else { throw Problem.typeNotAllowed(type) }
            _ = try await offers.lacksWorker(type)
        }
    }

    /// That the principal may change members of any type.
    private func checkWhole(_ principal: Principal) throws {
        guard principal.types == nil else {
            throw Problem(.forbidden, "The credential is for some job types alone, and not for whole workflows.")
        }
    }

    private func translating<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let error as WorkflowError {
            throw Problem(error)
        }
    }

    private func response(
        _ status: HTTPResponse.Status,
        _ workflow: Workflow,
        _ added: [AddedMember] = [],
        headers: HTTPFields = [:]
    ) -> Response {
        response(status, headers: headers) { writer in
            writer.workflow(workflow)
            if !added.isEmpty { writer.members(added) }
        }
    }

    private func response(
        _ status: HTTPResponse.Status,
        headers: HTTPFields = [:],
        _ members: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter()
        writer.object(members)
        var headers = headers
        headers[.cacheControl] = "no-store"
        return Response(json: writer.bytes, status: status, headers: headers)
    }
}

extension APIRequestContext {
    /// The workflow that the path names.
    ///
    /// - Throws: ``Problem`` with 404 for what is no workflow's id.
    fileprivate var workflowID: JobID {
        get throws {
            guard let id = parameters.get("id").flatMap(JobID.init) else { throw Problem(WorkflowError.noSuchWorkflow) }
            return id
        }
    }
}

extension JSONWriter {
    /// Writes the members of a workflow; those without a value are left out.
    mutating func workflow(_ workflow: Workflow) {
        member("workflowId", "\(workflow.id)")
        member("tenant", ifPresent: workflow.tenant == Submission.defaultTenant ? nil : workflow.tenant)
        member("name", ifPresent: workflow.name)
        member("status", workflow.status.rawValue)
        member("sealed", workflow.sealedAt != nil)
        if let counts = workflow.counts {
            object("counts") { writer in
                writer.member("total", counts.total)
                writer.member("waiting", counts.waiting)
                writer.member("pending", counts.pending)
                writer.member("running", counts.running)
                writer.member("succeeded", counts.succeeded)
                writer.member("failed", counts.failed)
                writer.member("cancelled", counts.cancelled)
            }
        }
        member("maxParallel", ifPresent: workflow.maxParallel)
        member("tolerate", ifPresent: workflow.tolerance?.description)
        member("finally", ifPresent: workflow.finally)
        member("createdAt", "\(workflow.createdAt)")
        member("sealedAt", ifPresent: workflow.sealedAt?.description)
        member("cancelRequestedAt", ifPresent: workflow.cancelRequestedAt?.description)
        member("finishedAt", ifPresent: workflow.finishedAt?.description)
        member("expiresAt", "\(workflow.expiresAt)")
    }

    /// Writes the member `jobs` of an answer to whoever has added some.
    fileprivate mutating func members(_ added: [AddedMember]) {
        array("jobs") { writer in
            for member in added {
                writer.object { writer in
                    writer.member("key", member.key)
                    writer.member("jobId", "\(member.job.id)")
                    writer.member("status", member.job.status.rawValue)
                }
            }
        }
    }
}
