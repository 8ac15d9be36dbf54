import ArgumentParser
import Configuration
import FoundationEssentials
import Glibc
import JobsysObservability
import Logging
import ServiceLifecycle

extension ServiceCommand {
    /// Reads the environment, builds the services, and runs them until they are told to stop.
    public func run() async throws {
        // A peer that hangs up must not end the process: the write's error says it.
        signal(SIGPIPE, SIG_IGN)
        do {
            let start = ServiceStart(environment: ProcessInfo.processInfo.environment)
            try start.config.validate(Self.settings)
            LoggingSystem.bootstrapJSON(component: Self.name, level: try start.config.value(for: .logLevel))
            try await withLogger(Logger(label: Self.name)) { logger in
                try await Self.run(start, logger: logger)
            }
        } catch {
            guard let problems = ConfigurationErrors(error) else { throw error }
            StandardError.write("\(problems)\n")
            throw ExitCode.configuration
        }
    }

    private static func run(_ start: ServiceStart, logger: Logger) async throws {
        let grace = try start.config.value(for: .shutdownGrace)
        let services: [any Service]
        do {
            services = try await build(start)
        } catch {
            if ConfigurationErrors(error) != nil { throw error }
            logger.error("start failed", error: error)
            throw ExitCode.failure
        }
        logger.info("started", metadata: ["service.version": "\(ServiceVersion.current)"])
        try await ServiceRun(services: services, grace: grace, logger: logger).run()
        logger.info("stopped")
    }
}

extension ExitCode {
    /// `EX_CONFIG` of sysexits.h.
    fileprivate static let configuration = ExitCode(78)
}

extension ConfigurationErrors {
    /// The problems that an error tells of, if it is about the settings at all.
    fileprivate init?(_ error: any Error) {
        switch error {
        case let errors as ConfigurationErrors: self = errors
        case let error as ConfigurationError: self.init([error])
        default: return nil
        }
    }
}

/// The process's standard error, for what is said before there is a log.
enum StandardError {
    /// Writes the text; a closed standard error is nobody's to hear about.
    static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                return
            }
        }
    }
}
