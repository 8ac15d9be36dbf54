import JobsysJSON
import JobsysServiceTestKit
import NIOCore
import NIOPosix
import Testing

/// A client that says exactly what it is told, and hears everything up to the end of the connection.
struct RawConnection: Sendable {
    private let inbound: NIOAsyncChannelInboundStream<ByteBuffer>
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Connects for as long as the closure runs.
    static func with<Result: Sendable>(
        host: String = "localhost",
        port: Int,
        _ body: @Sendable (RawConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(RawConnection(inbound: inbound, outbound: outbound))
        }
    }

    func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    /// Says no more, but still listens.
    func finish() {
        outbound.finish()
    }

    /// Everything that the server says until it closes its side.
    func rest() async throws -> String {
        var text = ""
        for try await chunk in inbound { text += String(buffer: chunk) }
        return text
    }
}

/// One answer as it came over the wire.
struct RawAnswer: Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    var status: Int? { Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) }

    var connection: String? { header("connection") }

    var json: JSONValue? {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        // What is no JSON equals no expected document, which is all that a test needs to know.
        return try? JSONValue(parsing: String(text[end.upperBound...]))
    }

    /// The answers, in the order of their arrival, of a connection that carried several.
    var statuses: [Int] { text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) } }

    /// The value of a header field.
    func header(_ name: String) -> String? {
        let head = text.split(separator: "\r\n\r\n", maxSplits: 1).first ?? ""
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name.lowercased()): ") }
        return line.map { String($0.dropFirst(name.count + 2)) }
    }
}

extension APIFixture {
    /// Says the texts on a connection of its own, and hears until the server closes it.
    func say(
        _ texts: [String],
        finish: Bool = false,
        then next: @escaping @Sendable () async -> Void = {}
    ) async throws -> RawAnswer {
        try await application()
            .test(.live) { client in
                try await RawConnection.with(port: try #require(client.port)) { connection in
                    async let heard = connection.rest()
                    for text in texts { try await connection.send(text) }
                    if finish { connection.finish() }
                    await next()
                    return RawAnswer(try await heard)
                }
            }
    }
}
