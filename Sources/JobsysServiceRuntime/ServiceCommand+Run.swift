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
        let process = ServiceProcess(
            name: Self.name,
            settings: Self.settings,
            store: Self.settingsStore,
            build: Self.build
        )
        if options.printConfig { try await process.printConfiguration() } else { try await process.run() }
    }
}

/// A process that runs services until it is told to stop, whatever its command line is.
package struct ServiceProcess {
    private let name: String
    private let settings: [any EnvironmentVariable]
    private let store: (ServiceStart) async throws -> (any SettingsStore)?
    private let build: (ServiceStart) async throws -> [any Service]

    /// Makes a process of what a ``ServiceCommand`` has.
    ///
    /// - Parameters:
    ///   - name: The `component` of its log lines.
    ///   - settings: Every variable that it reads; all are checked before anything is built.
    ///   - store: Makes the store of settings, as ``ServiceCommand/settingsStore(_:)`` does.
    ///   - build: Builds what it runs, as ``ServiceCommand/build(_:)`` does.
    package init(
        name: String,
        settings: [any EnvironmentVariable],
        store: @escaping (ServiceStart) async throws -> (any SettingsStore)? = { _ in nil },
        build: @escaping (ServiceStart) async throws -> [any Service]
    ) {
        self.name = name
        self.settings = settings
        self.store = store
        self.build = build
    }

    /// Reads the environment, builds the services, and runs them until they are told to stop.
    ///
    /// - Throws: `ExitCode`; what went wrong has been said by then.
    package func run() async throws {
        // A peer that hangs up must not end the process: the write's error says it.
        signal(SIGPIPE, SIG_IGN)
        try await Self.reportingConfigurationProblems {
            let environment = ServiceStart(environment: ProcessInfo.processInfo.environment)
            // What is malformed is said below, with all else that is.
            let threshold = LogThreshold((try? environment.config.value(for: .logLevel)) ?? .info)
            LoggingSystem.bootstrapLines(component: name, format: environment.logFormat, threshold: threshold)
            try await withLogger(Logger(label: name)) { logger in
                let (start, store) = try await readSettings(environment, logger: logger)
                try start.config.validate(settings)
                threshold.level = try start.config.value(for: .logLevel)
                start.changes.apply(.logLevel) { threshold.level = $0 }
                try await run(start, store, logger: logger)
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

    /// Prints the settings that are in force.
    ///
    /// - Throws: `ExitCode` for settings that are wrong; which they are is printed as well.
    package func printConfiguration() async throws {
        try await Self.reportingConfigurationProblems {
            let environment = ServiceStart(environment: ProcessInfo.processInfo.environment)
            // What is logged goes where it does not mix with what is printed.
            LoggingSystem.bootstrapLines(
                component: name,
                threshold: LogThreshold(.warning),
                output: FileDescriptorOutput(descriptor: STDERR_FILENO)
            )
            try await withLogger(Logger(label: name)) { logger in
                let (start, store) = try await readSettings(environment, logger: logger)
                let listing = ConfigurationListing(settings, of: start, storedAt: store?.location)
                print(listing)
                guard listing.problems.isEmpty else { throw ExitCode.configuration }
            }
        }
    }

    /// Reads the store of settings, if there is one.
    ///
    /// A start without what the store has would run with other settings than those that somebody has decided on.
    private func readSettings(
        _ environment: ServiceStart,
        logger: Logger
    ) async throws -> (start: ServiceStart, store: (any SettingsStore)?) {
        guard let store = try await store(environment) else { return (environment, nil) }
        do {
            let stored = settings.storable(among: try await store.read())
            return (ServiceStart(environment: environment.environment, stored: stored), store)
        } catch {
            logger.error(
                "start failed: settings cannot be read; with SSM=off none are",
                error: error,
                metadata: ["settings.store": "\(store.location)"]
            )
            throw ExitCode.failure
        }
    }

    private func run(_ start: ServiceStart, _ store: (any SettingsStore)?, logger: Logger) async throws {
        let grace = try start.config.value(for: .shutdownGrace)
        var services: [any Service]
        do {
            services = try await build(start)
        } catch {
            if error is any ConfigurationProblem { throw error }
            logger.error("start failed", error: error)
            throw ExitCode.failure
        }
        // Last, so that it is the first to stop.
        if let store { services.append(SettingsWatcher(store, settings: settings, start: start)) }
        logger.info("started", metadata: ["service.version": "\(ServiceVersion.current)"])
        try await ServiceRun(services: services, grace: grace, logger: logger).run()
        logger.info("stopped")
    }
}

extension ServiceStart {
    /// How log lines are to look: with colours on a terminal, unless `NO_COLOR` says otherwise (https://no-color.org).
    fileprivate var logFormat: LogFormat {
        // What is malformed is said by the check of all settings.
        switch try? config.value(for: .logFormat) {
        case .json, nil: .json
        case .text: .text(isColored: isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty)
        }
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
