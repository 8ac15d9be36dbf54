import ArgumentParser
import FoundationEssentials
import JobsysCore
import JobsysServiceRuntime
public import ServiceLifecycle

/// A worker: handlers, and the process that runs their jobs.
///
/// ```swift
/// @main
/// struct ImageWorker {
///     static func main() async {
///         var worker = JobWorker()
///         worker.handle(.resize, policy: JobPolicy(timeout: .seconds(120))) { parameters, context in
///             ["width": 640]
///         }
///         await worker.main()
///     }
/// }
/// ```
///
/// Everything else comes from the environment; `--help` lists the variables. `svc-worker` is such a program.
public struct JobWorker: HandlerCollection {
    /// The handlers, and the policy of types that have none here.
    public var handlers = JobRegistry()
    private let name: String?
    private let version: String?
    private var companions: [any Service] = []

    /// Makes a worker without handlers.
    ///
    /// - Parameters:
    ///   - name: What its log lines call it; the executable's name by default.
    ///   - version: What `--version` prints, and what others see of it; jobsys's own by default.
    public init(name: String? = nil, version: String? = nil) {
        self.name = name
        self.version = version
    }

    /// Adds what `svc-worker` comes with: the type `transform`.
    package mutating func registerBuiltIn() {
        handlers.registerBuiltIn()
    }

    /// Adds a service that the handlers need, such as a pool of connections to a database.
    ///
    /// It starts before the first job does, and is stopped after the last one has ended. If it ends by itself, the worker
    /// stops.
    public mutating func add(_ service: some Service) {
        companions.append(service)
    }

    /// Runs the worker as the process's main program, until SIGTERM or SIGINT, and then exits.
    ///
    /// It takes no arguments but `--help`, `--version` and `--check-handlers`, and writes its log to standard output, one line of JSON each. A
    /// signal has it take no more jobs, finish what runs within `SHUTDOWN_GRACE_SECONDS`, and hand the rest back. Exit codes:
    /// 0 after a clean stop, 64 for an argument, 78 for settings that are missing or malformed (one line each on standard
    /// error), 1 for everything else, which is logged.
    public func main() async {
        let executable = CommandLine.arguments.first?.split(separator: "/").last.map(String.init)
        let about = WorkerCommand.About(
            name: name ?? executable ?? "worker",
            version: version ?? ServiceVersion.current
        )
        await WorkerCommand.$about.withValue(about) {
            do {
                let command = try WorkerCommand.parse()
                let process = ServiceProcess(
                    name: about.name,
                    settings: WorkerConfiguration.environment,
                    store: workerSettingsStore,
                    build: services
                )
                if let path = command.checkHandlers {
                    try await check(handlersFile: path)
                } else if command.options.printConfig {
                    try await process.printConfiguration()
                } else {
                    try await process.run()
                }
                WorkerCommand.exit()
            } catch {
                WorkerCommand.exit(withError: error)
            }
        }
    }

    /// The services that make up the worker, for a program that runs others too: in the order in which they are to start, and
    /// to be stopped in the reverse one.
    ///
    /// Each of them runs until a graceful shutdown.
    ///
    /// - Parameter environment: The settings, as `--help` lists them.
    /// - Returns: The services, those of ``add(_:)`` first.
    /// - Throws: An error that describes what is wrong with the settings.
    public func services(environment: [String: String]) async throws -> [any Service] {
        let start = ServiceStart(environment: environment)
        try start.config.validate(WorkerConfiguration.environment)
        return try await services(start)
    }

    private func check(handlersFile path: String) async throws {
        try await ServiceProcess.reportingConfigurationProblems {
            let environment = ProcessInfo.processInfo.environment
            print(try handlers.report(onHandlersFile: path, environment: environment), terminator: "")
        }
    }

    private func services(_ start: ServiceStart) async throws -> [any Service] {
        try await companions + buildWorker(start, handlers: handlers, version: version ?? ServiceVersion.current)
    }
}

/// The command line of a worker.
private struct WorkerCommand: ParsableCommand {
    /// What the command's help says about the program.
    struct About: Sendable {
        var name: String
        var version: String
    }

    @Option(
        help: ArgumentHelp(
            "Say what it would run by this handlers file, or what is wrong with the file, and end.",
            valueName: "file"
        )
    )
    var checkHandlers: String?

    @OptionGroup
    var options: ServiceOptions

    /// The parser asks the type, which cannot know whose worker it is.
    @TaskLocal static var about = About(name: "worker", version: ServiceVersion.current)

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: about.name,
            abstract: "Runs the jobs that its queue carries.",
            discussion: EnvironmentTable(variables: WorkerConfiguration.environment).description,
            version: about.version
        )
    }
}
