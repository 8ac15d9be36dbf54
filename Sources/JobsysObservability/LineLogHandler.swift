public import FoundationEssentials
import Glibc
public import Logging

/// Writes each log event as one line with one JSON object.
///
/// Members come in this order: `ts` (RFC 3339, UTC, milliseconds), `level`, `component`, `msg`; `traceId`, `jobId`,
/// `requestId` and `error` where known; then the other metadata, sorted by key, dotted keys as they are. Metadata of
/// the event wins over that of the provider, and that over the handler's own. Everything passes the redactor.
public struct JSONLogHandler: LogHandler {
    /// The least severe level that is logged.
    public var logLevel: Logger.Level
    /// Metadata of every event of this handler.
    public var metadata: Logger.Metadata = [:]
    /// Asked for more metadata at each event.
    public var metadataProvider: Logger.MetadataProvider?
    let component: String
    let redactor: Redactor
    let keys: NameVerdicts
    private let output: any LogOutput
    private let now: @Sendable () -> Date

    /// Creates a handler of a component, such as `svc-api`.
    public init(
        component: String,
        level: Logger.Level = .info,
        output: any LogOutput = .standardOutput,
        metadataProvider: Logger.MetadataProvider? = nil,
        redactor: Redactor = .standard,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.component = component
        self.logLevel = level
        self.output = output
        self.metadataProvider = metadataProvider
        self.redactor = redactor
        keys = NameVerdicts(redactor.names)
        self.now = now
    }

    /// One value of the handler's own metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event to the output.
    public func log(event: LogEvent) {
        output.write(line(of: event, at: now()))
    }
}

extension LoggingSystem {
    /// Makes every logger of the process write JSON lines; call it once, at the start of `main`.
    ///
    /// Ignores SIGPIPE for the whole process: a reader of the log that goes away must not take the service along.
    public static func bootstrapJSON(
        component: String,
        level: Logger.Level = .info,
        output: any LogOutput = .standardOutput,
        metadataProvider: Logger.MetadataProvider? = nil,
        redactor: Redactor = .standard
    ) {
        _ = signal(SIGPIPE, SIG_IGN)
        bootstrap(
            { _, provider in
                JSONLogHandler(
                    component: component,
                    level: level,
                    output: output,
                    metadataProvider: provider,
                    redactor: redactor
                )
            },
            metadataProvider: metadataProvider
        )
    }
}
