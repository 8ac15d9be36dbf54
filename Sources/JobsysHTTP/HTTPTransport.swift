public import HTTPTypes

/// Sends one HTTP request and returns its whole response.
///
/// A response of any status is a success here; what a status means is the caller's to decide. No redirect is followed,
/// and what the server may have acted upon is not sent again, unless its method is idempotent.
public protocol HTTPTransport: Sendable {
    /// Sends a request and waits for the whole response.
    ///
    /// Cancelling the calling task aborts the exchange, which then throws ``TransportError/Code-swift.struct/cancelled``.
    ///
    /// - Parameters:
    ///   - request: The request; scheme, authority (`host[:port]`) and path (raw, with the query) must be set.
    ///   - body: The bytes to send; empty for none.
    ///   - timeouts: How long to wait.
    /// - Returns: The response's head and body.
    /// - Throws: A `TransportError` if no whole response came back.
    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse

    /// Sends a request whose head has been written before, and waits for the whole response.
    ///
    /// As the other function does, which a transport that writes no heads of its own is asked instead.
    func send(
        _ head: RequestHead,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse

    /// The same transport without its proxies.
    ///
    /// For what only this machine, or what it runs in, can reach, wherever its address says that it is: metadata and
    /// credentials services, and APIs that the platform names in the environment. Whoever calls such a thing states it
    /// here; no list of addresses would know them all.
    var direct: any HTTPTransport { get }
}

extension HTTPTransport {
    /// Sends the request that the head is of.
    public func send(
        _ head: RequestHead,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        try await send(head.request, body: body, timeouts: timeouts)
    }
}

/// How long one exchange may take.
public struct TransportTimeouts: Sendable, Hashable {
    /// The limit for resolving the host, connecting and the TLS handshake, and for waiting for a free connection.
    public var connect: Duration

    /// The limit for the whole exchange, connecting included; `nil` means none.
    public var request: Duration?

    /// Creates timeouts; both count in whole milliseconds, rounded up, and are at least one.
    public init(connect: Duration = .seconds(1), request: Duration? = .seconds(10)) {
        self.connect = connect
        self.request = request
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, at least 1 (curl takes 0 for "no limit") and at most what fits 32 bits.
    var curlMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1000 else { return Int(Int32.max) }
        guard seconds >= 0 else { return 1 }
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return max(1, Int(seconds * 1000 + fraction))
    }
}
