import HTTPTypes
import Hummingbird
import JobsysJSON

/// What ``HealthServer`` answers to requests that are not for it, as a problem document (RFC 9457).
struct HealthProblem: HTTPResponseError {
    let status: HTTPResponse.Status
    let headers: HTTPFields

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("title", status.reasonPhrase)
        writer.member("status", status.code)
        writer.endObject()
        var headers = headers
        headers[.contentType] = "application/problem+json"
        let body = String(decoding: writer.bytes, as: UTF8.self)
        return try EditedResponse(status: status, headers: headers, response: body)
            .response(from: request, context: context)
    }
}

/// Turns "no such route" into 405 for the paths that exist, and into 404 for the others.
struct HealthProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            guard HealthPath.all.contains(request.uri.path) else {
                throw HealthProblem(status: .notFound, headers: [:])
            }
            throw HealthProblem(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
    }
}
