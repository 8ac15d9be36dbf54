import NIOCore
import NIOPosix

/// A client that says exactly what it is told, and hears everything up to the end of the connection.
struct RawConnection: Sendable {
    private let inbound: NIOAsyncChannelInboundStream<ByteBuffer>
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Connects for as long as the closure runs.
    static func with<Result: Sendable>(
        port: Int,
        _ body: @Sendable (RawConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "localhost", port: port) { channel in
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
