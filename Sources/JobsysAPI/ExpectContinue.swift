import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Lets a client go on that announced a body and waits to hear that it may send it (RFC 9110, section 10.1.1).
///
/// A body that is too long is not asked for: its client hears the refusal instead.
final class ExpectContinue: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), isWelcome(head.headerFields) {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        context.fireChannelRead(data)
    }

    private func isWelcome(_ headers: HTTPFields) -> Bool {
        guard headers[.expect]?.lowercased() == "100-continue" else { return false }
        return (headers[.contentLength].flatMap(Int.init) ?? 0) <= limit
    }
}
