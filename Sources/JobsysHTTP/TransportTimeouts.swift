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
