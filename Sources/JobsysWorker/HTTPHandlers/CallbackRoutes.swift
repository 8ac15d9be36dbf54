import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON
import NIOCore

/// What an endpoint may say of its run: the last part of `POST /runs/<token>/...`.
enum CallbackRoute: String, CaseIterable, Sendable {
    /// It works on.
    case heartbeat
    /// It has come this far: `{"fraction": 0.5, "message": "half of it"}`.
    case progress
    /// It has ended well; the body is the result, as in an answer with status 200.
    case complete
    /// It has failed; the body says why, as in an answer with another status: `class`, `message`, `retryAfter`.
    case fail
}

extension RunCallbacks {
    /// The largest body of a call: a result that is larger could not be recorded.
    private static let bodyLimit = Submission.resultLimit

    /// Adds the routes by which endpoints call back.
    func addRoutes(to router: some RouterMethods<BasicRequestContext>) {
        for route in CallbackRoute.allCases {
            router.post("/runs/:token/\(route.rawValue)") { request, context in
                try await self.answer(route, request, token: context.parameters.require("token"))
            }
        }
    }

    private func answer(_ route: CallbackRoute, _ request: Request, token: String) async throws -> Response {
        let body: [UInt8]
        do {
            body = try await Array(buffer: request.body.collect(upTo: Self.bodyLimit))
        } catch is NIOTooManyBytesError {
            return Self.problem(.contentTooLarge, "the body has more than \(Self.bodyLimit) bytes")
        }
        let content = HTTPContent(type: request.headers[.contentType], body: body)
        switch find(token) {
        case .unknown: return Self.problem(.notFound, "no run of this worker has this token")
        case .forgotten: return Self.stale
        case .run(let run): return answer(route, content, run)
        }
    }

    private func answer(_ route: CallbackRoute, _ content: HTTPContent, _ run: CallbackRun) -> Response {
        switch route {
        case .heartbeat:
            return run.takeHeartbeat().map(Self.response) ?? Self.stale
        case .progress:
            // What is no JSON has no fraction.
            let object = (try? JSONValue(parsing: content.body))?.objectValue
            guard let fraction = object?["fraction"]?.doubleValue, (0...1).contains(fraction) else {
                return Self.problem(.badRequest, #"expected {"fraction": 0 to 1, "message": a text if you like}"#)
            }
            return run.takeProgress(fraction, object?["message"]?.stringValue).map(Self.response) ?? Self.stale
        case .complete:
            return run.take(.completed(content.result)) ? Response(status: .noContent) : Self.stale
        case .fail:
            let problem = ProblemDocument(content)
            let failure = JobFailure(
                problem?.errorClass ?? .unknown,
                problem?.message ?? (content.text.isEmpty ? "the endpoint says no more" : content.text),
                retryAfter: problem?.retryAfter
            )
            return run.take(.failed(failure)) ? Response(status: .noContent) : Self.stale
        }
    }

    private static var stale: Response { problem(.conflict, "this run has ended; what is said of it no longer counts") }

    private static func response(_ action: CallbackRun.Action) -> Response {
        let json: JSONValue = ["action": .string(action.rawValue)]
        return response(.ok, json, type: "application/json")
    }

    private static func problem(_ status: HTTPResponse.Status, _ detail: String) -> Response {
        let json: JSONValue = [
            "title": .string(status.reasonPhrase), "status": .int(status.code), "detail": .string(detail),
        ]
        return response(status, json, type: "application/problem+json")
    }

    private static func response(_ status: HTTPResponse.Status, _ json: JSONValue, type: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.serialized()))
        )
    }
}
