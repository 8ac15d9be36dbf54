package import ArgumentParser
import Glibc
package import Logging
package import ServiceLifecycle
import UnixSignals

/// One run of an executable's services, from start to SIGTERM or SIGINT and a drain.
package struct ServiceRun {
    private let services: [any Service]
    private let grace: Duration
    private let logger: Logger

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - services: What runs, in the order of starting.
    ///   - grace: How long the drain may take; five seconds later the services are cancelled.
    ///   - logger: Is told of every failure.
    package init(services: [any Service], grace: Duration, logger: Logger) {
        self.services = services
        self.grace = grace
        self.logger = logger
    }

    /// Returns after a clean drain; any failure has been logged when this throws.
    package func run() async throws(ExitCode) {
        var configuration = ServiceGroupConfiguration(
            services: services.map(supervised),
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = grace + .seconds(5)
        let group = ServiceGroup(configuration: configuration)
        do {
            try await endingAtSecondSignal { try await group.run() }
        } catch is ReportedFailure {
            throw .failure
        } catch {
            logger.error("stopped unexpectedly", error: error)
            throw .failure
        }
    }

    /// Whoever asks twice does not want to wait: nothing is drained then, and what runs comes back by its lease's end.
    private func endingAtSecondSignal(_ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [logger] in
                var count = 0
                for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                    count += 1
                    guard count == 2 else { continue }
                    logger.warning("ended at once by a second signal")
                    _exit(signal == .sigint ? 130 : 143)
                }
            }
            defer { group.cancelAll() }
            try await work()
        }
    }

    private func supervised(_ service: any Service) -> ServiceGroupConfiguration.ServiceConfiguration {
        .init(
            service: ReportingService(service, logger: logger),
            // The others still hand back what they have.
            failureTerminationBehavior: .gracefullyShutdownGroup,
            serviceName: "\(type(of: service))"
        )
    }
}
