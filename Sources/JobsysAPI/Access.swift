import HTTPTypes
package import Hummingbird
import JobsysCore

/// What a route asks of whoever uses it.
enum Access: Sendable, Hashable {
    /// Nothing: what probes and strangers may know.
    case open
    /// A credential that allows this.
    case needs(Scope)
}

/// What each route asks for: the one list that decides who may use what.
struct AccessTable: Sendable {
    private struct Key: Hashable {
        let method: HTTPRequest.Method
        let path: String
    }

    private var rows: [Key: Access] = [:]

    /// Makes a table in which nothing is allowed.
    init() {}

    /// Decides on a route; where there is `GET`, there is `HEAD`.
    mutating func add(_ method: HTTPRequest.Method, _ path: String, _ access: Access) {
        rows[Key(method: method, path: path)] = access
        if method == .get { rows[Key(method: .head, path: path)] = access }
    }

    /// What was decided on a route; nil if nothing was.
    subscript(_ method: HTTPRequest.Method, _ path: String) -> Access? {
        rows[Key(method: method, path: path)]
    }
}

/// What is known of a request beside the request itself.
package struct APIRequestContext: RequestContext {
    /// What the server knows.
    package var coreContext: CoreRequestContextStorage
    /// Who asks: nobody, until ``AccessMiddleware`` has found out.
    var principal = Principal.nobody

    /// Makes the context of a request that has just come.
    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

/// Lets those through to a route who may use it.
///
/// It stands before all routes, and goes by the route that the router has found. A route that nobody has decided on is
/// closed.
struct AccessMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    let table: AccessTable
    let authentication: Authentication

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        // There is nothing at the path, or not for the method; that is for everybody to know.
        guard let path = context.endpointPath else { return try await next(request, context) }
        guard let access = table[request.method, path] else { throw Problem.undecided }
        guard case .needs(let scope) = access else { return try await next(request, context) }
        var context = context
        // A browser's session is good for the console alone, whose forms are checked for who has sent them.
        context.principal =
            ConsolePath.isInside(path)
            ? try await authentication.principal(ofSessionIn: request)
            : try await authentication.principal(request.headers)
        if context.principal != .anyone { RequestNotes.current?.add(context.principal.logMetadata) }
        guard context.principal.may(scope) else { throw Problem.missing(scope) }
        return try await next(request, context)
    }
}

extension Problem {
    /// Nobody has said who may use the route.
    static let undecided = Problem(.internalServerError, "This path is closed: nobody has said who may use it.")

    /// The request has no credential, and the route asks for one.
    ///
    /// Source: RFC 6750, section 3.
    static let noCredential = Problem(
        .unauthorized,
        "This needs a credential: Authorization: Bearer and an API key.",
        headers: [.wwwAuthenticate: "Bearer"]
    )

    /// The credential is no good, for whichever reason: who guesses is not told how close they are.
    static let badCredential: Problem = {
        let challenge = #"Bearer error="invalid_token""#
        var problem = Problem(
            .unauthorized,
            "The credential is not valid, or not any more.",
            headers: [.wwwAuthenticate: challenge]
        )
        problem.type = "urn:jobsys:problem:invalid-credential"
        problem.title = "Invalid credential"
        return problem
    }()

    /// Credentials that nobody knows came faster than they are looked up.
    static let tooManyCredentials: Problem = {
        var problem = Problem(
            .tooManyRequests,
            "Too many requests come with credentials that this service has not seen before.",
            headers: [.retryAfter: "1"]
        )
        problem.type = "urn:jobsys:problem:too-many-credentials"
        problem.title = "Too many credentials"
        return problem
    }()

    /// The credential does not allow it.
    static func missing(_ scope: Scope) -> Problem {
        let challenge = #"Bearer error="insufficient_scope", scope="\#(scope.rawValue)""#
        var problem = Problem(
            .forbidden,
            "The credential lacks the scope \(scope.rawValue).",
            headers: [.wwwAuthenticate: challenge]
        )
        problem.type = "urn:jobsys:problem:missing-scope"
        problem.title = "Missing scope"
        return problem
    }

    /// The credential is for other types.
    static func typeNotAllowed(_ type: String) -> Problem {
        var problem = Problem(.forbidden, "The credential is not for jobs of type \(type).")
        problem.type = "urn:jobsys:problem:type-not-allowed"
        problem.title = "Type not allowed"
        return problem
    }
}
