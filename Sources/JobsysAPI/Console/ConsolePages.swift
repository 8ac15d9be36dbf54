import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysHashing
import Mustache
import NIOCore

/// Makes pages of templates and what they are to show; every value is escaped.
struct ConsolePages: Sendable {
    /// Whether no credentials are asked for.
    let isOpen: Bool

    /// A page of a template, inside what all pages share.
    ///
    /// - Parameters:
    ///   - template: The template's name.
    ///   - model: What it shows.
    ///   - title: The page's title.
    ///   - principal: Who looks at it; nil if nobody has signed in.
    ///   - here: The page's own path, which the navigation marks.
    ///   - notice: What was just done.
    ///   - status: The answer's status.
    /// - Returns: The answer.
    func page(
        _ template: String,
        _ model: Any,
        title: String,
        for principal: Principal?,
        at here: String = "",
        notice: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let body = Self.render(template, model)
        return page(body: body, title: title, for: principal, at: here, notice: notice, status: status)
    }

    /// A page that changes while somebody looks at it.
    ///
    /// - Throws: What reading it throws.
    func page(
        _ page: LivePage,
        title: String,
        _ request: Request,
        for principal: Principal,
        notice: String? = nil
    ) async throws -> Response {
        let body = try await page.body(request, for: principal)
        // A part of a list that is not the first one does not change.
        let isLive = request.uri.queryParameters["cursor"] == nil && principal.may(.readJobs)
        return self.page(
            body: body,
            title: title,
            for: principal,
            at: request.uri.path,
            notice: notice,
            live: isLive ? "\(ConsolePath.root)/events?page=\(request.uri.string.queryEscaped)" : nil
        )
    }

    private func page(
        body: String,
        title: String,
        for principal: Principal?,
        at here: String,
        notice: String?,
        live: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let layout = Layout(
            title: title,
            theme: ConsoleTheme.current.rawValue,
            nextTheme: ConsoleTheme.current.next.rawValue,
            styles: ConsoleAsset.styles.path,
            script: ConsoleAsset.script.path,
            nav: principal.map { Layout.links(for: $0, at: here) } ?? [],
            search: principal?.may(.readJobs) == true,
            who: isOpen ? nil : principal?.name,
            isOpen: isOpen,
            notice: notice,
            live: live,
            body: body
        )
        return Response(html: Self.render("layout", layout), status: status)
    }

    /// The page of a problem: what it is, and what to do.
    func error(_ problem: Problem, _ requestID: String) -> Response {
        let model = ErrorPage(
            title: problem.title,
            detail: problem.detail,
            advice: ErrorPage.advice(problem.status),
            requestID: requestID
        )
        return page("error", model, title: problem.title, for: nil, status: problem.status)
    }

    /// Fills in a template.
    static func render(_ template: String, _ model: Any) -> String {
        library.render(model, withTemplate: template) ?? ""
    }

    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        do {
            for (name, bytes) in sources { try library.register(String(decoding: bytes, as: UTF8.self), named: name) }
        } catch {
            preconditionFailure("a template of the console does not parse: \(error)")
        }
        return library
    }()

    /// The templates by their names.
    static let sources: [String: [UInt8]] = [
        "audit": PackageResources.audit_mustache,
        "chart": PackageResources.chart_mustache,
        "docs": PackageResources.docs_mustache,
        "error": PackageResources.error_mustache,
        "figures": PackageResources.figures_mustache,
        "incidentrows": PackageResources.incidentrows_mustache,
        "incidents": PackageResources.incidents_mustache,
        "job": PackageResources.job_mustache,
        "jobrows": PackageResources.jobrows_mustache,
        "jobs": PackageResources.jobs_mustache,
        "keys": PackageResources.keys_mustache,
        "layout": PackageResources.layout_mustache,
        "overview": PackageResources.overview_mustache,
        "signin": PackageResources.signin_mustache,
        "submit": PackageResources.submit_mustache,
        "types": PackageResources.types_mustache,
        "workers": PackageResources.workers_mustache,
    ]
}

/// What all pages share.
private struct Layout {
    let title: String
    let theme: String
    let nextTheme: String
    let styles: String
    let script: String
    let nav: [Link]
    let search: Bool
    let who: String?
    let isOpen: Bool
    let notice: String?
    /// Where a browser hears of changes of the page; nil if it does not change.
    let live: String?
    /// The page's own part, which is HTML already.
    let body: String

    struct Link {
        let name: String
        let path: String
        let isHere: Bool
    }

    /// The pages that somebody may see.
    static func links(for principal: Principal, at here: String) -> [Link] {
        let pages: [(String, String, Scope)] = [
            ("Overview", "/console", .readJobs), ("Jobs", "/console/jobs", .readJobs),
            ("Incidents", "/console/incidents", .readIncidents), ("Types", "/console/types", .readSystem),
            ("Workers", "/console/workers", .readSystem), ("Keys", "/console/keys", .admin),
            ("Audit", "/console/audit", .admin), ("Submit", "/console/submit", .submitJobs),
        ]
        return pages.filter { principal.may($0.2) }.map { Link(name: $0.0, path: $0.1, isHere: $0.1 == here) }
    }
}

private struct ErrorPage {
    let title: String
    let detail: String
    let advice: String?
    let requestID: String

    static func advice(_ status: HTTPResponse.Status) -> String? {
        switch status {
        case .forbidden: "Sign in with a key that has the scope, or ask an administrator for one."
        case .notFound: "Check the address; a job that was over long ago is not kept."
        case .conflict: "The job has moved since the page was made: go back and load it again."
        case .serviceUnavailable: "Load the page again in a moment; nothing that was accepted is lost."
        default: nil
        }
    }
}

/// A file that pages load: its address changes with its content, so that browsers may keep it for good.
struct ConsoleAsset: Sendable {
    let name: String
    let mediaType: String
    let bytes: [UInt8]
    let path: String

    private init(_ name: String, _ suffix: String, _ mediaType: String, _ bytes: [UInt8]) {
        let hash = Hex.encode(Array(SHA256.hash(bytes).prefix(8)))
        self.name = "\(name)-\(hash).\(suffix)"
        self.mediaType = mediaType
        self.bytes = bytes
        path = "\(ConsolePath.root)/assets/\(self.name)"
    }

    static let styles = ConsoleAsset("console", "css", "text/css; charset=utf-8", PackageResources.console_css)
    static let script = ConsoleAsset("console", "js", "text/javascript; charset=utf-8", PackageResources.console_js)
    static let docsScript = ConsoleAsset("docs", "js", "text/javascript; charset=utf-8", PackageResources.docs_js)

    /// Answers the file that a path names.
    static let route = Route(.get, "/console/assets/{name}", .open) { _, context in
        guard let asset = [styles, script, docsScript].first(where: { $0.name == context.parameters.get("name") })
        else {
            throw Problem.noSuchPath
        }
        return Response(
            status: .ok,
            headers: [.contentType: asset.mediaType, .cacheControl: "public, max-age=31536000, immutable"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes))
        )
    }
}
