import Logging
import ServiceLifecycle

/// A service whose failure is logged when it happens, however many fail and whichever error the group then throws.
struct ReportingService: Service {
    let service: any Service
    let logger: Logger

    init(_ service: any Service, logger: Logger) {
        self.service = service
        self.logger = logger
    }

    func run() async throws {
        do {
            try await service.run()
            guard Task.isShuttingDownGracefully || Task.isCancelled else { throw ServiceReturned() }
        } catch is CancellationError where Task.isCancelled {
            logger.error("service cancelled before it had finished", metadata: metadata)
            throw ReportedFailure()
        } catch {
            logger.error("service failed", error: error, metadata: metadata)
            throw ReportedFailure()
        }
    }

    private var metadata: Logger.Metadata {
        ["service.name": "\(type(of: service))"]
    }
}

/// A service ended although nobody had told it to.
struct ServiceReturned: Error, CustomStringConvertible {
    var description: String { "returned without being told to stop" }
}

/// A failure that has been logged.
struct ReportedFailure: Error {}
