import HTTPTypes
import Hummingbird
import JobsysCore
import NIOCore

/// What holds for every page of the console: its errors are pages, forms of other sites are refused, and the browser is told
/// to load and send nothing elsewhere.
struct ConsoleMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    let pages: ConsolePages
    let routes: RouteTable

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        guard ConsolePath.isInside(request.uri.path) else { return try await next(request, context) }
        var response: Response
        do {
            if request.method == .post { try Self.checkOrigin(request) }
            response = try await ConsoleTheme.$current.withValue(ConsoleTheme(request)) {
                try await next(request, context)
            }
        } catch {
            response = page(of: problem(error, request), to: request)
        }
        for (name, value) in Self.headers { response.headers[name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    /// The problem that an error is; the router says "not found" of methods, too.
    private func problem(_ error: any Error, _ request: Request) -> Problem {
        guard let error = error as? HTTPError, error.status == .notFound else { return Problem(error) }
        guard let match = routes.match(request.uri.path) else { return .noSuchPath }
        return .methodNotAllowed(allowed: match.methods)
    }

    private func page(of problem: Problem, to request: Request) -> Response {
        RequestNotes.current?.add(problem)
        if problem.status == .unauthorized {
            let path = request.method == .post ? ConsolePath.root : request.uri.string
            return .redirect("\(ConsolePath.signIn)?next=\(path.queryEscaped)")
        }
        var response = ConsoleTheme.$current.withValue(ConsoleTheme(request)) {
            pages.error(problem, RequestNotes.current?.requestID.description ?? "")
        }
        for field in problem.headers { response.headers[field.name] = field.value }
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Refuses a form that another site has sent: the browser says where it comes from.
    ///
    /// Source: Fetch Metadata Request Headers, section 2.3; browsers leave that field out over plain HTTP, and send `Origin`.
    private static func checkOrigin(_ request: Request) throws(Problem) {
        let isOwn =
            if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }) {
                site == "same-origin"
            } else {
                request.headers[.origin]?.split(separator: "/").last.map(String.init) == request.head.authority
                    && request.head.authority != nil
            }
        guard isOwn else {
            throw Problem(.forbidden, "The form was not sent by a page of this console, so nothing was done.")
        }
    }

    /// What a page may load and send, and who may show it: nothing of others, and nobody else.
    static let headers: [(HTTPField.Name, String)] = {
        let policy =
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
            + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        var fields: [(HTTPField.Name, String)] = [(.contentSecurityPolicy, policy)]
        for (name, value) in [
            ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            if let name = HTTPField.Name(name) { fields.append((name, value)) }
        }
        return fields
    }()
}

/// Where the console's pages are.
enum ConsolePath {
    static let root = "/console"
    static let signIn = "/console/sign-in"

    /// Whether a path is the console's.
    static func isInside(_ path: String) -> Bool {
        path == root || path.hasPrefix(root + "/")
    }
}

extension Response {
    /// Has the browser get another page.
    static func redirect(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }

    /// Answers a page.
    init(html: String, status: HTTPResponse.Status = .ok) {
        self.init(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html))
        )
    }
}

extension String {
    /// The text as a value in a query.
    var queryEscaped: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
