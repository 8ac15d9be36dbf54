extension CurlTransport {
    /// How a transport connects and what it accepts.
    public struct Configuration: Sendable, Hashable {
        /// The most connections to one host and port at a time, at least 1.
        ///
        /// Requests beyond that wait; the wait counts against both timeouts. A long poll holds its connection.
        public var maxConnectionsPerHost: Int

        /// The most connections to all hosts together, idle ones included, at least 1.
        ///
        /// An idle connection is closed where room is needed for another one.
        public var maxConnections: Int

        /// How long an unused connection may be reused, in whole seconds.
        ///
        /// Keep it below the time after which servers close idle connections.
        public var idleConnectionLifetime: Duration

        /// How long the addresses of a host are kept, in whole seconds; zero to ask for each new connection.
        public var addressLifetime: Duration

        /// The largest response body accepted, in bytes.
        public var maxResponseBytes: Int

        /// A PEM file of the certificate authorities to trust; `nil` for the system's.
        public var caBundlePath: String?

        /// Which requests go through which proxy.
        public var proxies: ProxySettings

        /// Addresses that no connection goes to, whatever name leads there; none by default.
        ///
        /// Each address is looked at right before the connection to it, so that a name cannot lead elsewhere after a check. A
        /// host that is written as such an address is refused before it comes to a proxy, too; what a name means to a
        /// proxy is the proxy's to know.
        public var refusedAddresses: AddressRanges

        /// The `User-Agent` of requests that have none; empty to send none.
        public var userAgent: String

        /// Creates a configuration.
        public init(
            maxConnectionsPerHost: Int = 128,
            maxConnections: Int = 256,
            idleConnectionLifetime: Duration = .seconds(20),
            addressLifetime: Duration = .seconds(60),
            maxResponseBytes: Int = 16 * 1024 * 1024,
            caBundlePath: String? = nil,
            proxies: ProxySettings = .none,
            refusedAddresses: AddressRanges = .none,
            userAgent: String = "jobsys"
        ) {
            precondition(maxConnectionsPerHost >= 1, "maxConnectionsPerHost must be at least 1")
            precondition(maxConnections >= 1, "maxConnections must be at least 1")
            precondition(maxResponseBytes >= 0, "maxResponseBytes must not be negative")
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.maxConnections = maxConnections
            self.idleConnectionLifetime = idleConnectionLifetime
            self.addressLifetime = addressLifetime
            self.maxResponseBytes = maxResponseBytes
            self.caBundlePath = caBundlePath
            self.proxies = proxies
            self.refusedAddresses = refusedAddresses
            self.userAgent = userAgent
        }
    }
}
