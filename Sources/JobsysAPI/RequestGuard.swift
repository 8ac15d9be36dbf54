import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A connection of the server that sees to the rules of HTTP, beside what the server sees to itself.
struct GuardedChannel: ServerChildChannel {
    let base: HTTP1Channel
    let makeGuard: @Sendable () -> RequestGuard

    /// Puts the guard between the parser and what makes the server's requests of its heads, which tells less than they
    /// said.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger)
            .flatMapThrowing { value in
                try Self.limitMemory(of: channel)
                let pipeline = channel.pipeline.syncOperations
                let requestGuard = makeGuard()
                try pipeline.addHandler(requestGuard.slowClient, position: .first)
                try pipeline.addHandler(RequestLineWatch(of: requestGuard), position: .first)
                try pipeline.addHandler(requestGuard.backpressure, position: .first)
                let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
                try pipeline.addHandler(requestGuard, position: .before(codec))
                return value
            }
    }

    /// Bounds what is read at once, and what the kernel takes of answers that nobody reads, which it would let grow to
    /// megabytes; it takes twice what it is told, which still is 10 megabits a second over a way of 200 ms.
    private static func limitMemory(of channel: any Channel) throws {
        guard let options = channel.syncOptions else { return }
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: 16384)
        try options.setOption(.recvAllocator, value: allocator)
        try options.setOption(.socketOption(.so_sndbuf), value: 131_072)
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// Refuses requests that break a rule of HTTP, with a problem document like any other.
///
/// It reports the fault as one of the parser: then the server answers in turn, after the requests before this one, with a
/// bare 400 and ends the connection. That answer is replaced by the problem on its way out.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private struct Refusal {
        var problem: Problem
        var requestID: RequestID
        var method: HTTPRequest.Method?
        var client: ClientAddress?
        var origin: String?
    }

    private let log: RequestLog
    private let options: APIOptions
    /// Is told where in the requests the connection is.
    fileprivate let slowClient: SlowClient
    fileprivate let backpressure = RequestBackpressure()
    private var refusal: Refusal?
    private var isReplacing = false
    /// Whether the request line of the request that is being read has ended.
    fileprivate var hasRequestLine = false

    init(log: RequestLog, options: APIOptions, slowClient: SlowClient) {
        self.log = log
        self.options = options
        self.slowClient = slowClient
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Nothing that follows a refused request is looked at: where it begins is not known.
        guard refusal == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            slowClient.noteHead()
            backpressure.noteHead(bodyLength: head.headers.first(name: "Content-Length").flatMap { Int($0) })
            guard let problem = RequestRules.problem(with: head) else { break }
            let headers = HTTPFields(head.headers, splitCookie: false)
            refusal = Refusal(
                problem: problem,
                requestID: RequestID(headers, orMake: options.makeRequestID),
                method: HTTPRequest.Method(head.method.rawValue),
                client: options.proxies.client(of: ClientAddress(context.remoteAddress), headers),
                origin: headers[.origin]
            )
            context.fireErrorCaught(HTTPParserError.unknown)
            return
        case .end:
            hasRequestLine = false
            slowClient.noteEnd()
            backpressure.noteEnd()
        case .body(let part): backpressure.noteBody(part.readableBytes)
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if refusal == nil, let error = error as? HTTPParserError {
            let problem = RequestRules.problem(error, isInTarget: !hasRequestLine)
            refusal = Refusal(
                problem: problem,
                requestID: RequestID([:], orMake: options.makeRequestID),
                client: options.proxies.client(of: ClientAddress(context.remoteAddress), [:])
            )
        }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            // Every answer of the routes has an id; the server's own has none.
            guard let refusal, head.status == .badRequest, !head.headers.contains(name: "X-Request-Id") else { break }
            isReplacing = true
            write(refusal, context, promise)
            return
        case .body where isReplacing:
            promise?.succeed()
            return
        case .body: break
        case .end:
            slowClient.noteAnswer()
            backpressure.noteAnswer()
        }
        context.write(data, promise: promise)
    }

    private func write(_ refusal: Refusal, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let problem = refusal.problem
        let body = problem.document(refusal.requestID)
        var fields = problem.fields
        fields[.connection] = "close"
        fields[.contentLength] = "\(body.count)"
        fields[.requestID] = refusal.requestID.description
        fields[.xContentTypeOptions] = "nosniff"
        options.origins.note(refusal.origin, in: &fields)
        let head = HTTPResponseHead(HTTPResponse(status: problem.status, headerFields: fields))
        context.write(wrapOutboundOut(.head(head)), promise: promise)
        if refusal.method != .head {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        }
        var logger = log.logger
        logger[metadataKey: "requestId"] = "\(refusal.requestID)"
        let notes: Logger.Metadata = refusal.client.map { ["client.address": "\($0)"] } ?? [:]
        log.note(refusal.method, route: nil, problem.status, problem, notes, took: .zero, to: logger)
    }
}

/// Sees the end of request lines, for the parser does not tell what was too long: the target or a field.
private final class RequestLineWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let requestGuard: RequestGuard

    init(of requestGuard: RequestGuard) {
        self.requestGuard = requestGuard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !requestGuard.hasRequestLine {
            requestGuard.hasRequestLine = unwrapInboundIn(data).readableBytesView.contains(UInt8(ascii: "\n"))
        }
        context.fireChannelRead(data)
    }
}
