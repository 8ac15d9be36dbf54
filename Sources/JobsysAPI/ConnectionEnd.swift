import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends a connection after an answer to a request that has not arrived to its end, as a body that is refused for its
/// length never does; otherwise the server would go on to read all of it.
///
/// First only our side is closed, and what still comes is read and dropped for a moment: a connection that is closed with
/// unread input is reset, and the client may lose the answer that tells it what was wrong (RFC 9112, section 9.6).
final class ConnectionEnd: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client may take to notice.
    static let linger = TimeAmount.seconds(2)

    private var requestsRead = 0
    private var answers = 0

    private var isLast: Bool { requestsRead < answers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) { requestsRead += 1 }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            answers += 1
            if isLast { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end where isLast:
            context.writeAndFlush(data, promise: promise)
            end(context.channel)
        case .head, .body, .end:
            context.write(data, promise: promise)
        }
    }

    private func end(_ channel: any Channel) {
        channel.close(mode: .output, promise: nil)
        channel.eventLoop.scheduleTask(in: Self.linger) { channel.close(promise: nil) }
    }
}
