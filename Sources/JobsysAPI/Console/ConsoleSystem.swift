import HTTPTypes
import Hummingbird
import JobsysCore
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

    @Sendable private func overview(_ request: Request, context: APIRequestContext) async throws -> Response {
        let principal = context.principal
        let now = workers.now()
        let newest = try await jobs.jobs(
            JobQuery(
                ListSection(since: now + (.zero - CatalogController.defaultAge), until: .latest, limit: 10)
                    .bounded(at: now)
            ),
            for: principal
        )
        var model = OverviewPage(jobs: newest.elements.map(JobRow.init), maySubmit: principal.may(.submitJobs))
        if principal.may(.readIncidents) {
            let section = ListSection(since: .earliest, until: .latest, limit: 8).bounded(at: now)
            let listing = try await jobs.openIncidents(IncidentQuery(section), for: principal)
            model.failures = IncidentRows(listing.elements, for: principal, withExcerpts: false)
        }
        if principal.may(.readSystem) {
            model.system = await workers.cache.readUnlessFresh().map(OverviewPage.System.init)
            model.systemIsUnknown = model.system == nil
        }
        return pages.page("overview", model, title: "Overview", for: principal, at: "/console")
    }

    @Sendable private func listIncidents(_ request: Request, context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters(
            request,
            list: "incidents",
            filters: ["class", "type"],
            ignoringEmpty: true
        )
        let listing = try await jobs.openIncidents(try lists.incidentQuery(parameters), for: context.principal)
        let model = IncidentsPage(
            parameters,
            IncidentRows(listing.elements, for: context.principal, withExcerpts: context.principal.may(.readPayloads)),
            next: listing.next.map { parameters.link("/console/incidents", after: $0) }
        )
        return pages.page("incidents", model, title: "Incidents", for: context.principal, at: "/console/incidents")
    }

    @Sendable private func listTypes(_ request: Request, context: APIRequestContext) async throws -> Response {
        let model = TypesPage(try await workers.cache.read(), mayChange: context.principal.may(.admin))
        return pages.page("types", model, title: "Types", for: context.principal, at: "/console/types")
    }

    @Sendable private func listWorkers(_ request: Request, context: APIRequestContext) async throws -> Response {
        let model = WorkersPage(try await workers.cache.read())
        return pages.page("workers", model, title: "Workers", for: context.principal, at: "/console/workers")
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
}

private struct SignInPage {
    let next: String
    let problem: String?
}
