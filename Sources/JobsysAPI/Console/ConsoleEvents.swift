import HTTPTypes
import Hummingbird
import JobsysCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Tells browsers that a page has changed: server-sent events, one stream a page.
struct ConsoleEvents: Sendable {
    let pages: LivePages
    let clock: any Clock<Duration>
    private let streams = StreamCount()

    /// How many streams there are at a time; who comes later has a page that does not change by itself.
    private static let limit = 1000
    /// How often something is sent, so that proxies do not take the connection for dead.
    private static let heartbeat = Duration.seconds(15)
    /// How long a stream lasts: the browser opens another one, and is asked for its session then.
    private static let lifetime = Duration.seconds(300)

    /// Makes it.
    init(_ pages: LivePages, clock: any Clock<Duration>) {
        self.pages = pages
        self.clock = clock
    }

    /// All that it does.
    var routes: [Route] { [Route(.get, "/console/events", .needs(.readJobs), respond: stream)] }

    /// Answers the page's own part each time when it differs from what the browser has, until the stream's time is over, the
    /// browser has gone, or the service stops.
    @Sendable private func stream(_ request: Request, context: APIRequestContext) async throws -> Response {
        guard let address = request.uri.queryParameters["page"].map(String.init) else {
            throw Problem(.unprocessableContent, "The query parameter page must name a page of the console.")
        }
        let watched = Request(
            head: HTTPRequest(method: .get, scheme: nil, authority: nil, path: address),
            body: RequestBody(buffer: ByteBuffer())
        )
        let principal = context.principal
        guard ConsoleSystem.ownPath(address) == address, let page = pages.page(at: watched.uri.path) else {
            throw Problem(.notFound, "There is no page of this address that changes by itself.")
        }
        guard principal.may(page.scope) else { throw Problem.missing(page.scope) }
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        let last = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { [self] writer in
                guard streams.begin(upTo: Self.limit) else { return try await end(&writer, "full") }
                defer { streams.end() }
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                try await pages.looking(at: page, watched, as: principal) { look in
                    try await send(look, after: last, to: &writer, on: clock)
                }
                try await writer.finish(nil)
            }
        )
    }

    /// Has the browser not ask again.
    @concurrent
    private func end(_ writer: inout any ResponseBodyWriter, _ reason: String) async throws {
        try await writer.write(ByteBuffer(string: "event: end\ndata: \(reason)\n\n"))
        try await writer.finish(nil)
    }

    @concurrent
    private func send<C: Clock<Duration>>(
        _ look: @Sendable () async throws -> LiveView,
        after last: String?,
        to writer: inout any ResponseBodyWriter,
        on clock: C
    ) async throws {
        var last = last
        let end = clock.now.advanced(by: Self.lifetime)
        var heartbeat = clock.now.advanced(by: Self.heartbeat)
        while clock.now < end, !Task.isShuttingDownGracefully {
            do {
                let view = try await look()
                if view.id != last {
                    try await writer.write(ByteBuffer(string: view.event))
                    last = view.id
                    heartbeat = clock.now.advanced(by: Self.heartbeat)
                }
            } catch let error as DependencyError {
                // The page stays as it was; the next look may go well.
                Logger.current.debug("page not read again", metadata: ["error.message": "\(error)"])
            } catch let problem as Problem {
                // It is not there any more, or never was.
                return try await writer.write(ByteBuffer(string: "event: end\ndata: \(problem.status.code)\n\n"))
            }
            if clock.now >= heartbeat {
                try await writer.write(ByteBuffer(string: ": still here\n\n"))
                heartbeat = clock.now.advanced(by: Self.heartbeat)
            }
            do {
                try await cancelWhenGracefulShutdown { try await clock.sleep(for: LivePages.interval) }
            } catch is CancellationError where !Task.isCancelled {
                return
            }
        }
    }
}

/// How many streams there are.
private final class StreamCount: Sendable {
    private let count = Mutex(0)

    func begin(upTo limit: Int) -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func end() { count.withLock { $0 -= 1 } }
}
