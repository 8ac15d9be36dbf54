import ArgumentParser
import Configuration
import FoundationEssentials
import Glibc
import JobsysObservability
import Logging
package import ServiceLifecycle

extension ServiceCommand {
    /// Reads the environment, builds the services, and runs them until they are told to stop.
    public func run() async throws {
        try await ServiceProcess(name: Self.name, settings: Self.settings, build: Self.build).run()
    }
}

/// A process that runs services until it is told to stop, whatever its command line is.
package struct ServiceProcess {
    private let name: String
    private let settings: [any EnvironmentVariable]
    private let build: (ServiceStart) async throws -> [any Service]

    /// Makes a process of what a ``ServiceCommand`` has.
    ///
    /// - Parameters:
    ///   - name: The `component` of its log lines.
    ///   - settings: Every variable that it reads; all are checked before anything is built.
    ///   - build: Builds what it runs, as ``ServiceCommand/build(_:)`` does.
    package init(
        name: String,
        settings: [any EnvironmentVariable],
        build: @escaping (ServiceStart) async throws -> [any Service]
    ) {
        self.name = name
        self.settings = settings
        self.build = build
    }

    /// Reads the environment, builds the services, and runs them until they are told to stop.
    ///
    /// - Throws: `ExitCode`; what went wrong has been said by then.
    package func run() async throws {
        // A peer that hangs up must not end the process: the write's error says it.
        signal(SIGPIPE, SIG_IGN)
        try await Self.reportingConfigurationProblems {
            let start = ServiceStart(environment: ProcessInfo.processInfo.environment)
            try start.config.validate(settings)
            LoggingSystem.bootstrapJSON(component: name, level: try start.config.value(for: .logLevel))
            try await withLogger(Logger(label: name)) { logger in
                try await run(start, logger: logger)
            }
        }
    }

    /// Does what may find the settings wrong: then it says so on standard error and ends the process with exit code 78.
    package static func reportingConfigurationProblems(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let problem as any ConfigurationProblem {
            StandardError.write("\(problem)\n")
            throw ExitCode.configuration
        }
    }

    private func run(_ start: ServiceStart, logger: Logger) async throws {
        let grace = try start.config.value(for: .shutdownGrace)
        let services: [any Service]
        do {
            services = try await build(start)
        } catch {
            if error is any ConfigurationProblem { throw error }
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
