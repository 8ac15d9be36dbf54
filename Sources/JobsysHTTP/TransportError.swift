/// Why no whole response came back.
public struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    public var code: Code

    /// The host and what failed there; never contains header fields or a body.
    public var message: String

    /// Whether the peer may have got the request, even in part, and acted upon it.
    ///
    /// `false` if the host was not found or not reached, or if the request was never sent: repeating it is then safe
    /// whatever it does.
    public var requestMayHaveBeenReceived: Bool

    /// Creates an error.
    public init(code: Code, message: String, requestMayHaveBeenReceived: Bool) {
        self.code = code
        self.message = message
        self.requestMayHaveBeenReceived = requestMayHaveBeenReceived
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}

extension TransportError {
    /// A kind of failure; its description is one of few, so it may be a metric's label.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidRequest
            case cannotResolve
            case cannotConnect
            case addressRefused
            case tlsFailed
            case timedOut
            case connectionLost
            case responseTooLarge
            case malformedResponse
            case cancelled
            case shutDown
        }

        private let kind: Kind

        /// The request cannot be sent as it is: a missing or illegal part.
        public static let invalidRequest = Code(kind: .invalidRequest)
        /// The host's name has no address, or asking for it failed.
        public static let cannotResolve = Code(kind: .cannotResolve)
        /// No connection to the host came about.
        public static let cannotConnect = Code(kind: .cannotConnect)
        /// The host has no address but such as the transport connects to none of.
        public static let addressRefused = Code(kind: .addressRefused)
        /// The TLS handshake failed, or the peer's certificate was not accepted.
        public static let tlsFailed = Code(kind: .tlsFailed)
        /// One of the timeouts ran out.
        public static let timedOut = Code(kind: .timedOut)
        /// The connection ended before the response was whole.
        public static let connectionLost = Code(kind: .connectionLost)
        /// The response's body is larger than the transport accepts.
        public static let responseTooLarge = Code(kind: .responseTooLarge)
        /// What came back is not an HTTP/1.1 response.
        public static let malformedResponse = Code(kind: .malformedResponse)
        /// The calling task was cancelled.
        public static let cancelled = Code(kind: .cancelled)
        /// The transport was shut down before or during the exchange.
        public static let shutDown = Code(kind: .shutDown)

        /// The code's name.
        public var description: String { kind.rawValue }
    }
}
