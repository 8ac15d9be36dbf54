import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysCron
import JobsysJSON
import JobsysObservability
import JobsysTime
import Logging

/// Makes, lists and changes schedules.
struct ScheduleController: Sendable {
    let editor: ScheduleEditor
    let offers: OfferCheck
    let bodyReader: BodyReader
    let now: @Sendable () -> Timestamp
    let makeTrace: @Sendable () -> TraceContext

    /// All that it does.
    var routes: [Route] {
        let write = Access.needs(.writeSchedules)
        return [
            Route(.get, "/schedules", .needs(.readSchedules), respond: list),
            Route(.get, "/schedules/{id}", .needs(.readSchedules), respond: show),
            Route(.put, "/schedules/{id}", write, change: "schedule.set", respond: set),
            Route(.delete, "/schedules/{id}", write, change: "schedule.delete", respond: delete),
            Route(.post, "/schedules/{id}/run", write, change: "schedule.run", respond: run),
            Route(.post, "/schedules/{id}/pause", write, change: "schedule.pause", respond: pause),
            Route(.post, "/schedules/{id}/resume", write, change: "schedule.resume", respond: resume),
        ]
    }

    @Sendable private func list(_ request: Request, context: APIRequestContext) async throws -> Response {
        let principal = context.principal
        let schedules = try await editor.schedules(of: principal.tenant)
        var writer = JSONWriter()
        writer.object { writer in
            writer.array("schedules") { writer in
                for schedule in schedules {
                    writer.object { $0.schedule(schedule, showsPayload: false, at: now()) }
                }
            }
        }
        return Response(json: writer.bytes, status: .ok, headers: [.cacheControl: "no-store"])
    }

    @Sendable private func show(_ request: Request, context: APIRequestContext) async throws -> Response {
        response(try await schedule(context), context)
    }

    /// Answers 201 for a schedule that is new.
    @Sendable private func set(_ request: Request, context: APIRequestContext) async throws -> Response {
        let key = try key(context)
        try JSONBody.checkMediaType(request.headers)
        let body = try JSONBody.object(try await bodyReader.bytes(of: request), limit: bodyReader.documentLimit)
        let document: ScheduleDocument
        do {
            document = try ScheduleDocument(body)
        } catch {
            throw Problem(schedule: error)
        }
        try check(context.principal, mayUse: document.definition.type)
        // Who may not use a type does not take a schedule of it over either.
        if let current = try await editor.schedule(key) {
            try check(context.principal, mayUse: current.definition.type)
        }
        _ = try await offers.lacksWorker(document.definition.type)
        let (schedule, isNew) = try await editor.set(key, document)
        Logger.current.notice("schedule set", metadata: schedule.logMetadata)
        return response(schedule, context, isNew ? .created : .ok)
    }

    @Sendable private func delete(_ request: Request, context: APIRequestContext) async throws -> Response {
        let schedule = try await schedule(context)
        try check(context.principal, mayUse: schedule.definition.type)
        guard try await editor.delete(schedule.key) else { throw Problem.noSuchSchedule }
        Logger.current.notice("schedule removed", metadata: schedule.logMetadata)
        return Response(status: .noContent)
    }

    /// Answers a ticket, as for a job that was submitted.
    @Sendable private func run(_ request: Request, context: APIRequestContext) async throws -> Response {
        let idempotencyKey = try SubmissionRequest.idempotencyKey(request.headers)
        let schedule = try await schedule(context)
        try check(context.principal, mayUse: schedule.definition.type)
        let trace = request.headers.trace ?? makeTrace()
        let ticket = try await editor.run(schedule, idempotencyKey: idempotencyKey, trace: trace)
        let showsResult = context.principal.may(.readJobs)
        switch ticket {
        case .accepted(let job): return JobRepresentation(job, showsResult: showsResult).ticket(.accepted)
        case .repeated(let job): return JobRepresentation(job, showsResult: showsResult).ticket(.ok)
        case .keyReused: throw Problem.idempotencyKeyReused
        }
    }

    @Sendable private func pause(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await setPaused(true, context)
    }

    @Sendable private func resume(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await setPaused(false, context)
    }

    private func setPaused(_ isPaused: Bool, _ context: APIRequestContext) async throws -> Response {
        let current = try await schedule(context)
        try check(context.principal, mayUse: current.definition.type)
        guard let schedule = try await editor.pause(current.key, isPaused) else { throw Problem.noSuchSchedule }
        Logger.current.notice(isPaused ? "schedule paused" : "schedule resumed", metadata: schedule.logMetadata)
        return response(schedule, context)
    }

    /// The schedule that the path names, among those of the principal's tenant.
    private func schedule(_ context: APIRequestContext) async throws -> Schedule {
        guard let key = try? key(context), let schedule = try await editor.schedule(key) else {
            // What cannot be a schedule's id is none.
            throw Problem.noSuchSchedule
        }
        return schedule
    }

    /// The key of the schedule that the path names; an operator's schedules are the default tenant's.
    private func key(_ context: APIRequestContext) throws -> ScheduleKey {
        guard let id = context.parameters.get("id"), ScheduleKey.isID(id) else { throw Problem.badScheduleID }
        RequestNotes.current?.subject = id
        return ScheduleKey(tenant: context.principal.tenantOfSubmissions, id: id)
    }

    private func check(_ principal: Principal, mayUse type: String) throws {
        guard principal.mayUse(type) else { throw Problem.typeNotAllowed(type) }
    }

    private func response(
        _ schedule: Schedule,
        _ context: APIRequestContext,
        _ status: HTTPResponse.Status = .ok
    ) -> Response {
        var writer = JSONWriter()
        writer.object { writer in
            writer.schedule(schedule, showsPayload: context.principal.may(.readPayloads), at: now())
        }
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if status == .created { headers[.location] = "/schedules/\(schedule.key.id)" }
        return Response(json: writer.bytes, status: status, headers: headers)
    }
}

extension Schedule {
    fileprivate var logMetadata: Logger.Metadata {
        ["schedule.id": "\(key.id)", "tenant": "\(key.tenant)", "job.type": "\(definition.type)"]
    }
}

extension JSONWriter {
    /// Writes the members of a schedule; those without a value are left out.
    mutating func schedule(_ schedule: Schedule, showsPayload: Bool, at now: Timestamp) {
        let (key, definition, state) = (schedule.key, schedule.definition, schedule.state)
        member("scheduleId", key.id)
        member("tenant", ifPresent: key.tenant == Submission.defaultTenant ? nil : key.tenant)
        member("type", definition.type)
        if showsPayload { member("payload", ifPresent: definition.payload) }
        member("maxAttempts", ifPresent: definition.maxAttempts)
        member("orderingKey", ifPresent: definition.orderingKey)
        switch definition.timing {
        case .cron(let text): member("cron", text)
        case .every(let text): member("every", text)
        }
        member("timeZone", definition.timeZone)
        member("missed", definition.missed.rawValue)
        member("overlap", definition.overlap.rawValue)
        member("jitterSeconds", Int(definition.jitter.components.seconds))
        member("paused", schedule.isPaused)
        member("createdAt", schedule.createdAt.description)
        member("updatedAt", schedule.updatedAt.description)
        if let tick = state.lastTick {
            member("lastTick", tick.description)
            let id = JobID(tenant: key.tenant, tick: ScheduleTick(scheduleID: key.id, at: tick))
            member("lastJobId", id.description)
        }
        member("missedTicks", state.missed)
        member("skippedTicks", state.skipped)
        do {
            let ticks = try definition.recurrence().next(5, after: max(now, state.cursor))
            array("next") { writer in
                for tick in ticks { writer.string(tick.description) }
            }
        } catch {
            // This machine may have other zones than the one that took it.
            array("next") { _ in }
            member("problem", error.description)
        }
    }
}

extension Problem {
    /// There is no such schedule.
    fileprivate static let noSuchSchedule = Problem(.notFound, "There is no schedule of this id.")

    /// The path names nothing that a schedule can be called.
    fileprivate static let badScheduleID = Problem(
        .unprocessableContent,
        "The path must name a schedule: 1 to 64 letters, digits, '.', '_' and '-' that start with a letter or a digit."
    )

    /// Makes the problem of a schedule that cannot be kept.
    fileprivate init(schedule error: SubmissionError) {
        switch error {
        case .invalid(let problems):
            self.init(members: problems, of: "schedule")
        case .payloadTooLarge(let bytes):
            let limit = ScheduleDefinition.payloadLimit
            self.init(.contentTooLarge, "The payload has \(bytes) bytes as compact JSON; the limit is \(limit).")
        }
    }
}
