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

    private var rows: [Key: (access: Access, change: String?)] = [:]

    /// Makes a table in which nothing is allowed.
    init() {}

    /// Decides on a route; where there is `GET`, there is `HEAD`.
    mutating func add(_ method: HTTPRequest.Method, _ path: String, _ access: Access, change: String? = nil) {
        rows[Key(method: method, path: path)] = (access, change)
        if method == .get { rows[Key(method: .head, path: path)] = (access, nil) }
    }

    /// What was decided on a route, and what the audit trail calls the change that it makes; nil if nothing was decided.
    subscript(_ method: HTTPRequest.Method, _ path: String) -> (access: Access, change: String?)? {
        rows[Key(method: method, path: path)]
    }
}

/// What is known of a request beside the request itself.
package struct APIRequestContext: RequestContext {
    /// What the server knows.
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection; nil if it has no IP address.
    let peer: ClientAddress?
    /// Where the request comes from; nil if that is no IP address.
    var client: ClientAddress?
    /// Where the request comes from, as text: the client, and not a proxy before it that is trusted.
    var address: String? { client?.description }
    /// Who asks: nobody, until ``AccessMiddleware`` has found out.
    var principal = Principal.nobody

    /// Makes the context of a request that has just come.
    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = ClientAddress(source.channel.remoteAddress)
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
    /// How many credentials may be no good.
    let signIns: SignInLimiter
    /// How often somebody may ask; nil if that is not limited.
    let limiter: RateLimiter?
    let auditor: Auditor

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        // There is nothing at the path, or not for the method; that is for everybody to know.
        guard let path = context.endpointPath else { return try await next(request, context) }
        guard let row = table[request.method, path] else { throw Problem.undecided }
        guard case .needs(let scope) = row.access else { return try await next(request, context) }
        var context = context
        // A browser's session is good for the console alone, whose forms are checked for who has sent them.
        context.principal =
            ConsolePath.isInside(path)
            ? try await authentication.principal(ofSessionIn: request)
            : try await authentication.principal(request.headers, from: context.client, signIns)
        if context.principal != .anyone { RequestNotes.current?.add(context.principal.logMetadata) }
        // A change that may not be made counts too: each is noted, and nobody is to fill the audit trail with them.
        if let limiter, scope.isRateLimited, context.principal.may(scope) || row.change != nil {
            RequestNotes.current?.add(try limiter.admit(context.principal))
        }
        guard let change = row.change else { return try await pass(request, context, scope, next) }
        return try await auditor.noting(change, context) { [context] in
            try await pass(request, context, scope, next)
        }
    }

    private func pass(
        _ request: Request,
        _ context: APIRequestContext,
        _ scope: Scope,
        _ next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
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
        "This needs a credential: Authorization: Bearer and an API key or token.",
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
