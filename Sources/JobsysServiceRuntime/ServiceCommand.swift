public import ArgumentParser
public import Configuration
public import ServiceLifecycle

/// An executable that runs services until it is told to stop.
///
/// It takes no arguments but the names of ``subcommands``: everything comes from the environment, `--help` lists it. Exit codes: 0 after SIGTERM or
/// SIGINT and a clean drain, 143 or 130 after a second one, which ends it at once, 64 for an argument, 78 for settings that are missing or malformed (one line each on
/// standard error), 1 for everything else, which is logged.
///
/// ```swift
/// @main
/// struct Worker: ServiceCommand {
///     static let name = "svc-worker"
///     static let abstract = "Runs the jobs that its queue carries."
///     static let settings: [any EnvironmentVariable] = ServiceSettings.base + [Setting.queueURL]
///     static func build(_ start: ServiceStart) async throws -> [any Service] {
///         try await buildWorker(start)
///     }
/// }
/// ```
public protocol ServiceCommand: AsyncParsableCommand {
    /// The executable's name, which is also the `component` of its log lines.
    static var name: String { get }

    /// What it does, in one sentence.
    static var abstract: String { get }

    /// Every variable that it reads; all are checked before ``build(_:)`` is called.
    static var settings: [any EnvironmentVariable] { get }

    /// What else it can do, each by a name that comes first on its command line; nothing if not said.
    static var subcommands: [any ParsableCommand.Type] { get }

    /// Builds what it runs, without waiting for anything outside the process.
    ///
    /// The services start in this order and stop in the reverse one: what must live longest, such as ``HealthServer``,
    /// comes first. If one throws, or returns without being told to stop, the others drain and the exit code is 1.
    ///
    /// - Throws: ``ConfigurationError`` or ``ConfigurationErrors`` for settings that contradict each other; any other error is logged and ends the process with exit code 1.
    static func build(_ start: ServiceStart) async throws -> [any Service]
}

/// What an executable's start hands to the code that builds its services.
public struct ServiceStart: Sendable {
    /// The settings.
    public let config: ConfigReader
    /// The process's environment, for what reads it as a whole, such as the AWS client.
    public let environment: [String: String]

    /// Creates a start from an environment.
    public init(environment: [String: String]) {
        self.environment = environment
        self.config = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment))
    }
}

/// The variables that every executable reads.
public enum ServiceSettings {
    /// Stage, log level, and how long a stop may take.
    public static let base: [any EnvironmentVariable] = [Setting.stage, Setting.logLevel, Setting.shutdownGrace]
}

extension ServiceCommand {
    /// Nothing else.
    public static var subcommands: [any ParsableCommand.Type] { [] }

    /// The command's name, help and version.
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: name,
            abstract: abstract,
            discussion: EnvironmentTable(variables: settings).description,
            version: ServiceVersion.current,
            subcommands: subcommands
        )
    }
}

/// The version of the executables.
public enum ServiceVersion {
    /// As `--version` prints it.
    public static let current = "1.0.0"
}
