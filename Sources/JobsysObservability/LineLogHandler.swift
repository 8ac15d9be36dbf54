public import FoundationEssentials
import Glibc
public import Logging
import Synchronization

/// Writes each log event as one line: a JSON object, or a text for people.
///
/// Members come in this order: `ts` (RFC 3339, UTC, milliseconds), `level`, `component`, `msg`; `traceId`, `jobId`,
/// `requestId` and `error` where known; then the other metadata, sorted by key, dotted keys as they are. Metadata of
/// the event wins over that of the provider, and that over the handler's own. Everything passes the redactor.
public struct LineLogHandler: LogHandler {
    /// The least severe level that is logged: the threshold's, which may change, unless a level is set for this handler.
    public var logLevel: Logger.Level {
        get { ownLevel ?? threshold.level }
        set { ownLevel = newValue }
    }
    /// Metadata of every event of this handler.
    public var metadata: Logger.Metadata = [:]
    /// Asked for more metadata at each event.
    public var metadataProvider: Logger.MetadataProvider?
    private var ownLevel: Logger.Level?
    private let threshold: LogThreshold
    private let format: LogFormat
    let component: String
    let redactor: Redactor
    let keys: NameVerdicts
    private let output: any LogOutput
    private let now: @Sendable () -> Date

    /// Creates a handler of a component, such as `svc-api`.
    public init(
        component: String,
        format: LogFormat = .json,
        threshold: LogThreshold = LogThreshold(.info),
        output: any LogOutput = .standardOutput,
        metadataProvider: Logger.MetadataProvider? = nil,
        redactor: Redactor = .standard,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.component = component
        self.format = format
        self.threshold = threshold
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
        switch format {
        case .json: output.write(line(of: event, at: now()))
        case .text(let isColored): output.write(text(of: event, at: now(), isColored: isColored))
        }
    }

    /// What the event says besides its message: its metadata wins over that of the provider, and that over the handler's own.
    func members(of event: LogEvent) -> [LogMembers.Member] {
        LogMembers(error: event.error, event.metadata, metadataProvider?.get(), metadata).members
    }
}

/// How log lines look.
public enum LogFormat: Sendable, Hashable {
    /// One JSON object a line, for programs.
    case json
    /// A line for people, with colours where it goes to a terminal.
    case text(isColored: Bool)
}

/// The least severe level that a process logs; it may be changed while the process runs.
public final class LogThreshold: Sendable {
    private let index: Atomic<Int>

    /// Makes a threshold.
    public init(_ level: Logger.Level) {
        index = Atomic(Self.index(of: level))
    }

    /// The level.
    public var level: Logger.Level {
        get { Logger.Level.allCases[index.load(ordering: .relaxed)] }
        set { index.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    private static func index(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}

extension LoggingSystem {
    /// Makes every logger of the process write lines; call it once, at the start of `main`.
    ///
    /// Ignores SIGPIPE for the whole process: a reader of the log that goes away must not take the service along.
    public static func bootstrapLines(
        component: String,
        format: LogFormat = .json,
        threshold: LogThreshold,
        output: any LogOutput = .standardOutput,
        metadataProvider: Logger.MetadataProvider? = nil,
        redactor: Redactor = .standard
    ) {
        _ = signal(SIGPIPE, SIG_IGN)
        bootstrap(
            { _, provider in
                LineLogHandler(
                    component: component,
                    format: format,
                    threshold: threshold,
                    output: output,
                    metadataProvider: provider,
                    redactor: redactor
                )
            },
            metadataProvider: metadataProvider
        )
    }
}
