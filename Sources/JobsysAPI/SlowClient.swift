import JobsysServiceRuntime
import Logging
import NIOCore

/// Ends the connection of a client that takes too long to say what it wants, or to take what it was answered.
///
/// It stands next to the socket, where bytes are seen before they are a request. How long a body may take is seen to where
/// it is read, and how long a connection may be silent by the server.
final class SlowClient: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let headDeadline: TimeAmount
    private let answerDeadline: TimeAmount
    private let logger: Logger

    /// How many requests have been read that have not been answered.
    private var requestsInProgress = 0
    /// Whether the next bytes belong to a head.
    private var isBeforeHead = true
    private var hasEnded = false
    private var headTimer: Scheduled<Void>?
    /// How many writes the socket has not taken, and when it last took one or was given the first.
    private var writes = 0
    private var progressAt = NIODeadline.now()
    private var answerTimer: Scheduled<Void>?

    init(_ options: APIOptions, logger: Logger) {
        headDeadline = TimeAmount(options.headDeadline)
        answerDeadline = TimeAmount(options.answerDeadline)
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasEnded = false
        context.fireChannelRead(data)
        // What came is the beginning of a head, unless it ended a request.
        guard isBeforeHead, !hasEnded, headTimer == nil else { return }
        setHeadTimer(context.channel)
    }

    /// Notes that a request's head is complete.
    func noteHead() {
        isBeforeHead = false
        requestsInProgress += 1
        headTimer?.cancel()
        headTimer = nil
    }

    /// Notes that a request is complete.
    func noteEnd() {
        isBeforeHead = true
        hasEnded = true
    }

    /// Notes that a request was answered.
    func noteAnswer() {
        requestsInProgress -= 1
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        if writes == 0 { progressAt = .now() }
        writes += 1
        promise.futureResult.assumeIsolated()
            .whenComplete { _ in
                self.writes -= 1
                self.progressAt = .now()
            }
        context.write(data, promise: promise)
        if answerTimer == nil { setAnswerTimer(context.channel, in: answerDeadline) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancelTimers()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancelTimers()
    }

    private func cancelTimers() {
        headTimer?.cancel()
        answerTimer?.cancel()
        (headTimer, answerTimer) = (nil, nil)
    }

    private func setHeadTimer(_ channel: any Channel) {
        headTimer = channel.eventLoop.assumeIsolated()
            .scheduleTask(in: headDeadline) { [self] in
                headTimer = nil
                // What follows a request is not waited for before that is answered, and the answer taken.
                guard requestsInProgress <= 0, writes == 0 else { return setHeadTimer(channel) }
                end(channel, "its header did not come in time")
            }
    }

    private func setAnswerTimer(_ channel: any Channel, in time: TimeAmount) {
        answerTimer = channel.eventLoop.assumeIsolated()
            .scheduleTask(in: time) { [self] in
                answerTimer = nil
                guard writes > 0 else { return }
                let left = progressAt + answerDeadline - .now()
                guard left <= .zero else { return setAnswerTimer(channel, in: left) }
                end(channel, "it did not take its answer in time")
            }
    }

    private func end(_ channel: any Channel, _ reason: Logger.Message) {
        var metadata: Logger.Metadata = ["reason": "\(reason)"]
        if let peer = ClientAddress(channel.remoteAddress) { metadata["client.address"] = "\(peer)" }
        logger.debug("the connection of a slow client was ended", metadata: metadata)
        channel.close(promise: nil)
    }
}
