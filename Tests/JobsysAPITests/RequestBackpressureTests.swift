import NIOCore
import NIOEmbedded
import Testing

@testable import JobsysAPI

@Suite("What is read of a connection")
struct RequestBackpressureTests {
    private let backpressure = RequestBackpressure()
    private let reads = ReadCounter()
    private let parser: LineParser
    private let channel = EmbeddedChannel()

    init() throws {
        parser = LineParser(backpressure)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([reads, backpressure, parser])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func answerAll() {
        for _ in 0..<parser.unanswered { backpressure.noteAnswer() }
        parser.unanswered = 0
        channel.embeddedEventLoop.run()
    }

    private func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    @Test("is a piece of the requests that came at once, and the rest in their order as those before are answered")
    func pipelined() throws {
        let lines = (0..<400).map { "request \($0) " + String(repeating: "x", count: 40) }
        try send(lines.map { "\($0)\n" }.joined())
        var rounds = 0
        while parser.unanswered > 0 {
            #expect(parser.unanswered <= RequestBackpressure.pieceSize / 50)
            answerAll()
            rounds += 1
        }
        #expect(parser.lines == lines)
        #expect(rounds >= 400 * 50 / RequestBackpressure.pieceSize)
        #expect(parser.completedReads >= rounds)
    }

    @Test("is nothing more while something is held, and the end of the input comes after it")
    func reading() throws {
        channel.read()
        #expect(reads.count == 1)
        try send("one\n")
        channel.read()
        #expect(reads.count == 2)
        try send("two\nth")
        try send("ree\n")
        channel.read()
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(reads.count == 2)
        #expect(parser.lines == ["one"])
        #expect(!parser.isInputClosed)
        answerAll()
        #expect(parser.lines == ["one", "two", "three"])
        #expect(parser.isInputClosed)
        #expect(reads.count == 3)
    }

    @Test("is no other request while the answer to the last one is not taken")
    func untaken() throws {
        try send("one\n")
        channel.isWritable = false
        answerAll()
        try send("two\n")
        #expect(parser.lines == ["one"])
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(parser.lines == ["one", "two"])
    }

    @Test(
        "is a body as it comes, with little of what follows it",
        arguments: [(100_000, 100_000), (nil, RequestBackpressure.chunkSize)] as [(Int?, Int)]
    )
    func bodies(length: Int?, piece: Int) throws {
        parser.body = (length, left: 100_000)
        try send("head\n")
        try send(String(repeating: "b", count: 100_000) + String(repeating: "next\n", count: 2000))
        #expect(parser.longestPiece == piece)
        #expect(
            parser.lines.count <= 1 + (length == nil ? RequestBackpressure.chunkSize : RequestBackpressure.pieceSize)
                / 5
        )
        while parser.unanswered > 0 { answerAll() }
        #expect(parser.lines == ["head"] + Array(repeating: "next", count: 2000))
    }

    @Test("is dropped where it is held when the connection ends")
    func end() throws {
        try send("one\n")
        try send("two\n")
        channel.pipeline.fireChannelInactive()
        answerAll()
        #expect(parser.lines == ["one"])
    }
}

/// Takes each line for a request.
private final class LineParser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let backpressure: RequestBackpressure
    private var text = ""
    private(set) var lines: [String] = []
    private(set) var longestPiece = 0
    private(set) var completedReads = 0
    private(set) var isInputClosed = false
    var unanswered = 0
    /// What follows the first line: the length that its head says, and how much is missing.
    var body: (length: Int?, left: Int) = (0, left: 0)

    init(_ backpressure: RequestBackpressure) {
        self.backpressure = backpressure
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        longestPiece = max(longestPiece, piece.readableBytes)
        if body.left > 0, !lines.isEmpty {
            let count = min(body.left, piece.readableBytes)
            piece.moveReaderIndex(forwardBy: count)
            body.left -= count
            backpressure.noteBody(count)
            if body.left == 0 { backpressure.noteEnd() }
        }
        for character in String(buffer: piece) {
            guard character == "\n" else {
                text.append(character)
                continue
            }
            lines.append(text)
            text = ""
            unanswered += 1
            backpressure.noteHead(bodyLength: body.left > 0 ? body.length : 0)
            if body.left == 0 { backpressure.noteEnd() }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { completedReads += 1 }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { isInputClosed = true }
    }
}

/// Counts how often the socket is read.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var count = 0

    func read(context: ChannelHandlerContext) { count += 1 }
}
