import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysTime
import Logging

/// The console's other pages: sign-in, overview, incidents, types and workers.
struct ConsoleSystem: Sendable {
    let pages: ConsolePages
    let authentication: Authentication
    let signIns: SignInLimiter
    let jobs: JobAccess
    let lists: CatalogController
    let workers: DirectoryController
    /// nil if nothing is counted.
    let board: FigureBoard?

    /// All that it does.
    var routes: [Route] {
        [
            Route(.get, "/console/sign-in", .open, respond: signInForm),
            Route(.post, "/console/sign-in", .open, respond: signIn),
            Route(.post, "/console/sign-out", .open, respond: signOut),
            Route(.get, "/console", .needs(.readJobs), respond: overview),
            Route(.get, "/console/incidents", .needs(.readIncidents), respond: listIncidents),
            Route(.get, "/console/types", .needs(.readSystem), respond: listTypes),
            Route(.post, "/console/types/{name}/pause", .needs(.admin), change: "type.pause", respond: pause),
            Route(.post, "/console/types/{name}/resume", .needs(.admin), change: "type.resume", respond: resume),
            Route(.post, "/console/types/{name}/limits", .needs(.admin), change: "type.limit", respond: limit),
            Route(.get, "/console/workers", .needs(.readSystem), respond: listWorkers),
            ConsoleAsset.route,
        ]
    }

    @Sendable private func signInForm(_ request: Request, context: APIRequestContext) async throws -> Response {
        guard !pages.isOpen else { return .redirect(ConsolePath.root) }
        return signInPage(next: request.uri.queryParameters["next"].map(String.init), problem: nil)
    }

    private func signInPage(next: String?, problem: Problem?) -> Response {
        let model = SignInPage(next: Self.ownPath(next), problem: problem?.detail)
        return pages.page("signin", model, title: "Sign in", for: nil, status: problem?.status ?? .ok)
    }

    /// A page of the console, wherever the address says that the reader was to go.
    static func ownPath(_ text: String?) -> String {
        guard let text, ConsolePath.isInside(String(text.prefix { $0 != "?" })),
            text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return ConsolePath.root }
        return text
    }

    @Sendable private func signIn(_ request: Request, context: APIRequestContext) async throws -> Response {
        guard !pages.isOpen else { return .redirect(ConsolePath.root) }
        let form = try await ConsoleForm(request, body: workers.bodyReader)
        let key = form["key"] ?? ""
        let next = Self.ownPath(form["next"])
        do {
            let principal = try await authentication.principal(
                [.authorization: "Bearer \(key)"],
                from: context.client,
                signIns
            )
            guard let text = APIKeyText(key) else { throw Problem.badCredential }
            RequestNotes.current?.add(principal.logMetadata)
            Logger.current.notice("signed in to the console", metadata: principal.logMetadata)
            var response = Response.redirect(next)
            response.headers[.setCookie] = ConsoleSession.cookie(ConsoleSession(text, at: workers.now()), for: request)
            return response
        } catch let problem as Problem where problem.status.kind == .clientError {
            RequestNotes.current?.add(problem)
            var page = signInPage(next: next, problem: problem)
            page.headers[.retryAfter] = problem.headers[.retryAfter]
            return page
        }
    }

    @Sendable private func signOut(_ request: Request, context: APIRequestContext) async throws -> Response {
        var response = Response.redirect(ConsolePath.signIn)
        response.headers[.setCookie] = ConsoleSession.cookie(nil, for: request)
        return response
    }

    /// The pages that change while somebody looks at them.
    var livePages: [String: LivePage] {
        [
            "/console": overviewPage, "/console/incidents": incidentsPage, "/console/types": typesPage,
            "/console/workers": workersPage,
        ]
    }

    private var overviewPage: LivePage {
        LivePage(.readJobs) { request, principal in
            try await overview(request, for: principal)
        } render: { content, _, principal in
            ConsolePages.render("overview", OverviewPage(content, for: principal))
        }
    }

    private var incidentsPage: LivePage {
        @Sendable func parameters(_ request: Request) throws -> ListParameters {
            try ListParameters(request, list: "incidents", filters: ["class", "type"], ignoringEmpty: true)
        }
        return LivePage(.readIncidents) { [jobs, lists] request, principal in
            try await jobs.openIncidents(try lists.incidentQuery(parameters(request)), for: principal)
        } render: { listing, request, principal in
            let parameters = try parameters(request)
            let model = IncidentsPage(
                parameters,
                IncidentRows(listing.elements, for: principal, withExcerpts: principal.may(.readPayloads)),
                next: listing.next.map { parameters.link("/console/incidents", after: $0) }
            )
            return ConsolePages.render("incidents", model)
        }
    }

    private var typesPage: LivePage {
        LivePage(.readSystem) { [workers] _, _ in
            try await workers.cache.read()
        } render: { snapshot, _, principal in
            ConsolePages.render("types", TypesPage(snapshot, mayChange: principal.may(.admin)))
        }
    }

    private var workersPage: LivePage {
        LivePage(.readSystem) { [workers] _, _ in
            try await workers.cache.read()
        } render: { snapshot, _, _ in
            ConsolePages.render("workers", WorkersPage(snapshot))
        }
    }

    @Sendable private func overview(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await pages.page(overviewPage, title: "Overview", request, for: context.principal)
    }

    @Sendable private func listIncidents(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await pages.page(incidentsPage, title: "Incidents", request, for: context.principal)
    }

    @Sendable private func listTypes(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await pages.page(typesPage, title: "Types", request, for: context.principal)
    }

    @Sendable private func listWorkers(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await pages.page(workersPage, title: "Workers", request, for: context.principal)
    }

    /// All that any reader of the overview sees; what belongs to the whole system is shared by all tenants.
    private func overview(_ request: Request, for principal: Principal) async throws -> OverviewContent {
        let now = workers.now()
        let range = try FigureBoard.Range(request)
        let newest = ListSection(since: now + (.zero - CatalogController.defaultAge), until: .latest, limit: 10)
        let failures = ListSection(since: .earliest, until: .latest, limit: 8)
        var content = OverviewContent(
            jobs: try await jobs.jobs(JobQuery(newest.bounded(at: now)), for: principal).elements,
            failures: try await jobs.openIncidents(IncidentQuery(failures.bounded(at: now)), for: principal).elements,
            system: await workers.cache.readUnlessFresh(),
            range: range,
            countsNothing: board == nil
        )
        guard let board else { return content }
        do {
            content.report = try await board.report(range)
        } catch {
            Logger.current.debug("figures cannot be read", metadata: ["error.message": "\(error)"])
        }
        do {
            content.depth = try await board.queueDepth()
        } catch {
            Logger.current.debug("queues cannot be asked", metadata: ["error.message": "\(error)"])
        }
        return content
    }

    @Sendable private func pause(_ request: Request, context: APIRequestContext) async throws -> Response {
        let name = try context.typeName
        let reason = try await ConsoleForm(request, body: workers.bodyReader)["reason"].map { String($0.prefix(500)) }
        let who = pages.isOpen ? nil : context.principal.name
        _ = try await workers.pause(name, TypePause(at: workers.now(), by: who, reason: reason))
        return .redirect("/console/types")
    }

    @Sendable private func resume(_ request: Request, context: APIRequestContext) async throws -> Response {
        _ = try await workers.resume(try context.typeName)
        return .redirect("/console/types")
    }

    /// Sets both limits: a field that is empty takes its limit away.
    @Sendable private func limit(_ request: Request, context: APIRequestContext) async throws -> Response {
        let name = try context.typeName
        let form = try await ConsoleForm(request, body: workers.bodyReader)
        var document: JSONObject = [:]
        for member in ["rate", "concurrency"] {
            document[member] = form[member].map { Int($0).map(JSONValue.int) ?? .string($0) } ?? .null
        }
        _ = try await workers.limit(name, try LimitsRequest(document: .object(document)))
        return .redirect("/console/types")
    }
}

private struct SignInPage {
    let next: String
    let problem: String?
}

extension FigureBoard.Range {
    /// Reads `?range=hour|day`.
    ///
    /// - Throws: ``Problem`` with 422.
    init(_ request: Request) throws {
        guard let text = request.uri.queryParameters["range"] else {
            self = .hour
            return
        }
        guard let range = Self(rawValue: String(text)) else {
            throw Problem(.unprocessableContent, "The query parameter range must be hour or day.")
        }
        self = range
    }
}
