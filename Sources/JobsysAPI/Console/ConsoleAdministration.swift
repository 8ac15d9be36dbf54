import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysTime

/// The console's pages for administrators: keys, and what was changed by whom.
struct ConsoleAdministration: Sendable {
    let pages: ConsolePages
    /// Makes, replaces and ends keys as the API does.
    let keys: KeyController
    let trail: any AuditTrail

    /// All that it does.
    var routes: [Route] {
        [
            Route(.get, "/console/keys", .needs(.admin), respond: listKeys),
            Route(.post, "/console/keys", .needs(.admin), change: "key.create", respond: create),
            Route(.post, "/console/keys/{id}/rotate", .needs(.admin), change: "key.rotate", respond: rotate),
            Route(.post, "/console/keys/{id}/revoke", .needs(.admin), change: "key.revoke", respond: revoke),
            Route(.get, "/console/audit", .needs(.admin), respond: listChanges),
        ]
    }

    @Sendable private func listKeys(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await page(for: context.principal)
    }

    /// The list of keys, and the form of the next one.
    private func page(
        for principal: Principal,
        made: KeysPage.Made? = nil,
        form: KeysPage.Form = .init(),
        problem: Problem? = nil
    ) async throws -> Response {
        var model = KeysPage(try await keys.store.keys(), at: keys.now(), form: form, isOpen: pages.isOpen)
        model.made = made
        model.problem = problem?.detail
        model.errors = problem?.errors.map { KeysPage.MemberError(place: "\($0.pointer)", message: $0.message) } ?? []
        model.hasErrors = !model.errors.isEmpty
        let status = problem?.status ?? .ok
        return pages.page("keys", model, title: "Keys", for: principal, at: "/console/keys", status: status)
    }

    /// Makes a key and shows it, the only time that anybody sees it; so there is no page to be led to.
    @Sendable private func create(_ request: Request, context: APIRequestContext) async throws -> Response {
        let form = KeysPage.Form(try await ConsoleForm(request, body: keys.bodyReader))
        do {
            let (text, key) = try await keys.create(try KeyRequest(document: form.document), by: context.principal)
            return try await page(for: context.principal, made: KeysPage.Made(key: text.revealed(), id: key.id))
        } catch let problem as Problem where problem.status == .unprocessableContent {
            RequestNotes.current?.add(problem)
            return try await page(for: context.principal, form: form, problem: problem)
        }
    }

    @Sendable private func rotate(_ request: Request, context: APIRequestContext) async throws -> Response {
        let id = try context.keyID
        let (text, _, _) = try await keys.replace(id, overlap: APIKey.overlap, by: context.principal)
        return try await page(for: context.principal, made: KeysPage.Made(key: text.revealed(), id: id, replaces: true))
    }

    @Sendable private func revoke(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await keys.revoke(try context.keyID)
        return .redirect("/console/keys")
    }

    @Sendable private func listChanges(_ request: Request, context: APIRequestContext) async throws -> Response {
        let filters = AuditController.filters
        let parameters = try ListParameters(request, list: "audit", filters: filters, ignoringEmpty: true)
        let listing = try await trail.entries(try AuditController.query(parameters))
        let next = listing.next.map { parameters.link("/console/audit", after: $0) }
        let model = AuditPage(parameters, listing.elements, next: next)
        return pages.page("audit", model, title: "Audit", for: context.principal, at: "/console/audit")
    }
}
