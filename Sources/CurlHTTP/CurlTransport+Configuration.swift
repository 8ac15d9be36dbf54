extension CurlTransport {
    /// How a transport connects and what it accepts.
    public struct Configuration: Sendable, Hashable {
        /// The most connections to one host and port at a time, at least 1.
        ///
        /// Requests beyond that wait; the wait counts against both timeouts. A long poll holds its connection.
        public var maxConnectionsPerHost: Int

        /// The most connections kept open for reuse, to all hosts together, at least 1.
        ///
        /// Open connections in use count, too: keep it at or above what is used at a time.
        public var maxIdleConnections: Int

        /// How long an unused connection may be reused, in whole seconds.
        ///
        /// Keep it below the time after which servers close idle connections.
        public var idleConnectionLifetime: Duration

        /// The largest response body accepted, in bytes.
        public var maxResponseBytes: Int

        /// A PEM file of the certificate authorities to trust; `nil` for the system's.
        public var caBundlePath: String?

        /// The `User-Agent` of requests that have none; empty to send none.
        public var userAgent: String

        /// Creates a configuration.
        public init(
            maxConnectionsPerHost: Int = 128,
            maxIdleConnections: Int = 256,
            idleConnectionLifetime: Duration = .seconds(20),
            maxResponseBytes: Int = 16 * 1024 * 1024,
            caBundlePath: String? = nil,
            userAgent: String = "jobsys"
        ) {
            precondition(maxConnectionsPerHost >= 1, "maxConnectionsPerHost must be at least 1")
            precondition(maxIdleConnections >= 1, "maxIdleConnections must be at least 1")
            precondition(maxResponseBytes >= 0, "maxResponseBytes must not be negative")
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.maxIdleConnections = maxIdleConnections
            self.idleConnectionLifetime = idleConnectionLifetime
            self.maxResponseBytes = maxResponseBytes
            self.caBundlePath = caBundlePath
            self.userAgent = userAgent
        }
    }
}
