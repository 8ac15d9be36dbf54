import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysServiceRuntime
import Logging

/// What holds for every request: it has an id, its errors become problem documents, and one line of the log tells of it.
struct RequestMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    let routes: RouteTable
    let log: RequestLog
    let origins: AllowedOrigins
    let proxies: TrustedProxies
    let stopwatch: @Sendable () -> Duration
    let makeRequestID: @Sendable () -> String

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = stopwatch()
        let id = RequestID(request.headers, orMake: makeRequestID)
        var context = context
        context.client = proxies.client(of: context.peer, request.headers)
        // In place of the server's, which has an id of its own that nobody outside the process knows.
        context.logger = log.logger
        context.logger[metadataKey: "requestId"] = "\(id)"
        return await withLogger(context.logger) { logger in
            let notes = RequestNotes(id)
            if let address = context.address { notes.add(["client.address": "\(address)"]) }
            let match = routes.match(request.uri.path)
            var (response, problem) = await RequestNotes.$current.withValue(notes) {
                if let response = origins.preflight(request, match?.methods) { return (response, nil as Problem?) }
                return await answer(request, context, id, next)
            }
            origins.note(request.headers[.origin], in: &response.headers)
            for field in notes.fields { response.headers[field.name] = field.value }
            response.headers[.requestID] = id.description
            response.headers[.xContentTypeOptions] = "nosniff"
            log.note(
                request.method,
                route: match?.path,
                response.status,
                problem ?? notes.problem,
                notes.metadata,
                took: stopwatch() - start,
                to: logger
            )
            return response
        }
    }

    private func answer(
        _ request: Request,
        _ context: Context,
        _ id: RequestID,
        _ next: @concurrent (Request, Context) async throws -> Response
    ) async -> (Response, Problem?) {
        do {
            return (try await next(request, context), nil)
        } catch {
            let problem = problem(error, request)
            let response = problem.response(to: id)
            return (request.method == .head ? response.createHeadResponse() : response, problem)
        }
    }

    /// The problem that an error is; the router says "not found" of methods, too.
    private func problem(_ error: any Error, _ request: Request) -> Problem {
        guard let error = error as? HTTPError, error.status == .notFound else { return Problem(error) }
        guard let match = routes.match(request.uri.path) else { return .noSuchPath }
        return .methodNotAllowed(allowed: match.methods)
    }
}
