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
}
