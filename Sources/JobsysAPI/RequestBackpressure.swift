import NIOCore

/// Hands on what a client sends in small pieces, and nothing of another request before those that are under way were
/// answered and the answers taken.
///
/// A parser makes requests of all that it is given, each many times as long in memory as its text: without this, who sends
/// hundreds of short ones at once, and reads no answer, has them all made. What is held back is text, no more than was read at
/// once, and nothing more is read meanwhile. It stands next to the socket, before everything that looks at what was sent.
final class RequestBackpressure: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// The longest piece in which requests begin: a parser may make so many bytes of them before it can be stopped.
    static let pieceSize = 1024
    /// The longest piece of a body whose length is not known.
    static let chunkSize = 4096

    private var context: ChannelHandlerContext?
    private var held = ByteBuffer()
    private var isFeeding = false
    private var isReadWanted = false
    private var isInputClosed = false

    /// How many requests have been read, as far as their heads, that have not been answered.
    private var requestsInProgress = 0
    /// Whether the next bytes belong to a head.
    private var isBeforeHead = true
    /// How much of the body is missing; nil if that is not known.
    private var bodyLeft: Int?

    /// Notes that a request's head is complete.
    ///
    /// - Parameter bodyLength: How long its body is; nil if it does not say so.
    func noteHead(bodyLength: Int?) {
        isBeforeHead = false
        bodyLeft = bodyLength
        requestsInProgress += 1
    }

    /// Notes that so much of a body was read.
    func noteBody(_ count: Int) {
        bodyLeft = bodyLeft.map { max(0, $0 - count) }
    }

    /// Notes that a request is complete.
    func noteEnd() {
        isBeforeHead = true
    }

    /// Notes that a request was answered.
    func noteAnswer() {
        requestsInProgress -= 1
        guard isHolding, let context else { return }
        // Not now: the answer's last part is on its way out.
        context.eventLoop.assumeIsolated().execute { self.resume() }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        held = ByteBuffer()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if !isHolding, !isFeeding, !isBlocked(context), buffer.readableBytes <= longestPiece {
            context.fireChannelRead(data)
        } else if isHolding {
            held.writeBuffer(&buffer)
        } else {
            held = buffer
        }
        _ = feed(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        context.fireChannelWritabilityChanged()
        if context.channel.isWritable { resume() }
    }

    func read(context: ChannelHandlerContext) {
        if isHolding {
            isReadWanted = true
        } else {
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The end of the input comes after what is held.
        if case .inputClosed? = event as? ChannelEvent, isHolding {
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        held = ByteBuffer()
        context.fireChannelInactive()
    }

    private var isHolding: Bool { held.readableBytes > 0 }

    private var longestPiece: Int { isBeforeHead ? Self.pieceSize : max(Self.pieceSize, bodyLeft ?? Self.chunkSize) }

    private func isBlocked(_ context: ChannelHandlerContext) -> Bool {
        isBeforeHead && (requestsInProgress > 0 || !context.channel.isWritable)
    }

    private func resume() {
        guard isHolding, let context, feed(context) else { return }
        context.fireChannelReadComplete()
    }

    /// Hands on what may be handed on; answers whether that was anything.
    private func feed(_ context: ChannelHandlerContext) -> Bool {
        // What is handed on may be answered, or end the connection, before it returns.
        guard !isFeeding, isHolding else { return false }
        isFeeding = true
        defer { isFeeding = false }
        var hasFed = false
        while isHolding, !isBlocked(context) {
            guard let piece = held.readSlice(length: min(held.readableBytes, longestPiece)) else { break }
            hasFed = true
            context.fireChannelRead(wrapInboundOut(piece))
        }
        guard !isHolding else { return hasFed }
        held = ByteBuffer()
        if isInputClosed {
            isInputClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        if isReadWanted {
            isReadWanted = false
            context.read()
        }
        return hasFed
    }
}
