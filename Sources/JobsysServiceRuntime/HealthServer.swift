package import Hummingbird
public import JobsysObservability
public import Logging
public import NIOCore
public import ServiceLifecycle

/// Serves `/healthz`, `/readyz`, `/stats` and `/metrics`, and what ``serving(_:onListening:)`` adds, for services that have
/// no HTTP of their own.
///
/// Put first into the list of services it stops last: while the others drain, the process is alive and says so.
public struct HealthServer: Service {
    private let readiness: Readiness
    private let liveness: @Sendable () -> String?
    private let stats: (any StatsSource)?
    private let metrics: [any MetricsSource]
    private let address: BindAddress
    private let logger: Logger
    private var addRoutes: @Sendable (Router<BasicRequestContext>) -> Void = { _ in }
    private var onListening: @Sendable (_ port: Int) -> Void = { _ in }

    /// Creates the server; ``run()`` binds the address.
    ///
    /// - Parameters:
    ///   - readiness: What `/readyz` asks.
    ///   - liveness: What `/healthz` asks: why the service is stuck; nil while it is not.
    ///   - stats: What `/stats` answers, and `/metrics` too.
    ///   - metrics: What else `/metrics` answers.
    ///   - host: The address to listen on; `*` for every one, of IPv4 and of IPv6.
    ///   - port: The port to listen on; 0 takes a free one, which is logged.
    ///   - logger: Is told the port.
    public init(
        readiness: Readiness,
        liveness: @escaping @Sendable () -> String? = { nil },
        stats: (any StatsSource)? = nil,
        metrics: [any MetricsSource] = [],
        host: String = "*",
        port: Int,
        logger: Logger = .current
    ) {
        self.readiness = readiness
        self.liveness = liveness
        self.stats = stats
        self.metrics = metrics
        self.address = .listening(on: host, port: port)
        self.logger = logger
    }

    /// The same server with routes of the service's own, which are served as long as its probes are.
    ///
    /// - Parameters:
    ///   - addRoutes: Adds them.
    ///   - onListening: Is told the port, before the first request.
    /// - Returns: The server.
    package func serving(
        _ addRoutes: @escaping @Sendable (Router<BasicRequestContext>) -> Void,
        onListening: @escaping @Sendable (_ port: Int) -> Void
    ) -> HealthServer {
        var server = self
        server.addRoutes = addRoutes
        server.onListening = onListening
        return server
    }

    /// Serves until the graceful shutdown.
    ///
    /// - Throws: An error of the socket if the address cannot be bound.
    public func run() async throws {
        try await application.run()
    }

    package var application: some ApplicationProtocol {
        Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: Self.idleLimit)),
            configuration: .init(address: address),
            onServerRunning: { [logger, onListening] channel in
                if let port = channel.localAddress?.port { onListening(port) }
                logger.reportListening(on: channel)
            },
            logger: logger.forHTTPServer
        )
    }

    /// How long a connection may be silent between requests.
    ///
    /// One that is accepted while the shutdown begins may not hear of it, and its client need not close it: it ends by this
    /// before the process gives up waiting for it, which is at least five seconds.
    private static let idleLimit = TimeAmount.seconds(4)

    private var router: Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: HealthProblemMiddleware())
        router.addHealthRoutes(readiness, liveness: liveness)
        router.addStatsRoute(stats)
        router.addMetricsRoute((stats.map { [$0] } ?? []) + metrics)
        addRoutes(router)
        return router
    }
}

extension Logger {
    /// Logs that a server listens, and on which port.
    public func reportListening(on channel: any Channel) {
        info("listening", metadata: ["http.port": "\(channel.localAddress?.port ?? 0)"])
    }

    /// The logger to give to an HTTP server, whose own messages about starting and stopping are worth `debug` only.
    public var forHTTPServer: Logger {
        var logger = self
        if logger.logLevel == .info {
            logger.logLevel = .notice
        }
        return logger
    }
}
