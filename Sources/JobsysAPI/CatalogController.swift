import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysTime

/// Lists jobs and incidents.
struct CatalogController: Sendable {
    let jobs: JobAccess
    let now: @Sendable () -> Timestamp

    /// How far back the list of jobs goes if nobody says: every job that is over is forgotten sooner.
    static let defaultAge = Duration.seconds(32 * 86400)

    /// All that it does.
    var routes: [Route] {
        [
            Route(.get, "/jobs", .needs(.readJobs), respond: listJobs),
            Route(.get, "/incidents", .needs(.readIncidents), respond: listIncidents),
        ]
    }

    @Sendable private func listJobs(_ request: Request, context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters(request, list: "jobs", filters: ["status", "type"])
        let listing = try await jobs.jobs(try jobQuery(parameters), for: context.principal)
        return response("jobs", listing.elements, next: listing.next.map(parameters.cursor)) { job, writer in
            JobRepresentation(job, showsResult: false).encode(to: &writer, withResult: false)
        }
    }

    @Sendable private func listIncidents(_ request: Request, context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters(request, list: "incidents", filters: ["class", "type"])
        let listing = try await jobs.openIncidents(try incidentQuery(parameters), for: context.principal)
        let withExcerpts = context.principal.may(.readPayloads)
        return response("incidents", listing.elements, next: listing.next.map(parameters.cursor)) { incident, writer in
            writer.incident(incident, withExcerpt: withExcerpts)
        }
    }

    /// The jobs that a query asks for.
    ///
    /// - Throws: ``Problem`` with 422.
    func jobQuery(_ parameters: ListParameters) throws -> JobQuery {
        JobQuery(
            try section(parameters, since: now() + (.zero - Self.defaultAge)),
            status: try parameters.choice("status", of: JobStatus.self),
            type: parameters["type"]
        )
    }

    /// The incidents that a query asks for.
    ///
    /// - Throws: ``Problem`` with 422.
    func incidentQuery(_ parameters: ListParameters) throws -> IncidentQuery {
        IncidentQuery(
            try section(parameters, since: .earliest),
            errorClass: try parameters.choice("class", of: ErrorClass.self),
            type: parameters["type"]
        )
    }

    private func section(_ parameters: ListParameters, since: Timestamp) throws -> ListSection {
        ListSection(
            since: try parameters.time("since") ?? since,
            until: try parameters.time("until") ?? .latest,
            after: try parameters.position,
            limit: try parameters.limit
        )
        .bounded(at: now())
    }

    private func response<Element>(
        _ name: String,
        _ elements: [Element],
        next cursor: String?,
        _ encode: (Element, inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter()
        writer.object { writer in
            writer.array(name) { writer in
                for element in elements { encode(element, &writer) }
            }
            writer.member("nextCursor", ifPresent: cursor)
        }
        return Response(json: writer.bytes, status: .ok, headers: [.cacheControl: "no-store"])
    }
}
