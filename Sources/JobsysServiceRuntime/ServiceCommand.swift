public import ArgumentParser
public import Configuration
public import ServiceLifecycle

/// An executable that runs services until it is told to stop.
///
/// It takes no arguments but ``options`` and the names of ``subcommands``: everything comes from the environment and from ``settingsStore(_:)``, `--help` lists it. Exit codes: 0 after SIGTERM or
/// SIGINT and a clean drain, 143 or 130 after a second one, which ends it at once, 64 for an argument, 78 for settings that are missing or malformed (one line each on
/// standard error), 1 for everything else, which is logged.
///
/// ```swift
/// @main
/// struct Worker: ServiceCommand {
///     @OptionGroup var options: ServiceOptions
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

    /// What its command line says.
    var options: ServiceOptions { get }

    /// The store of settings beside the environment, which is none if not said.
    ///
    /// - Parameter start: The environment alone.
    /// - Returns: The store; nil for none.
    /// - Throws: ``ConfigurationError`` for what is wrong with the environment; any other error is logged and ends the process with exit code 1.
    static func settingsStore(_ start: ServiceStart) async throws -> (any SettingsStore)?

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
    /// The settings: those of the environment, and where it has none, those of the store.
    public let config: ConfigReader
    /// The process's environment, for what reads it as a whole, such as the AWS client.
    public let environment: [String: String]
    /// What is done when settings change while the process runs.
    public let changes: SettingChanges
    /// What the store of settings has for this process.
    let stored: [String: String]

    /// Creates a start from an environment, and from what a store of settings has.
    public init(
        environment: [String: String],
        stored: [String: String] = [:],
        changes: SettingChanges = SettingChanges()
    ) {
        self.environment = environment
        self.stored = stored
        self.changes = changes
        // Blank counts as unset.
        let said = environment.filter { $0.value.contains { !$0.isWhitespace } }
        config = ConfigReader(
            providers: [said, stored].map { EnvironmentVariablesProvider(environmentVariables: $0) }
        )
    }

    /// Whether the environment leaves a setting to the store and to its default.
    func isFree(_ key: String) -> Bool {
        environment[key]?.contains { !$0.isWhitespace } != true
    }
}

/// The variables that every executable reads.
public enum ServiceSettings {
    /// Stage, log level and format, how long a stop may take, and whether there is a store of settings.
    public static let base: [any EnvironmentVariable] = [
        Setting.stage, Setting.logLevel, Setting.logFormat, Setting.shutdownGrace, Setting.ssm.optional,
    ]
}

/// What every executable's command line may say.
public struct ServiceOptions: ParsableArguments {
    @Flag(help: "Print the settings that are in force and where each comes from, and end.")
    package var printConfig = false

    /// Makes options that say nothing.
    public init() {}
}

extension ServiceCommand {
    /// None.
    public static func settingsStore(_ start: ServiceStart) async throws -> (any SettingsStore)? { nil }

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
