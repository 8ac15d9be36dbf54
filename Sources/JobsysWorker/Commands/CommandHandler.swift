import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysProcess
import Logging
import Synchronization

/// Runs each job of a type as a program of its own.
///
/// The program reads the payload as JSON and writes the result, JSON or text. What it writes to standard error is logged,
/// lines at descriptor 3 are progress, and its exit status says what came of the job: see ``CommandVerdict``. When the job is
/// stopped its group gets SIGTERM, and SIGKILL after a grace period. What it has started and left in its group ends with it.
struct CommandHandler: JobHandler {
    let name: JobName<JSONValue>
    let policy: JobPolicy
    private let target: CommandTarget
    private let environment: [String: String]
    private let watcher: ProcessWatcher

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - type: The job type.
    ///   - target: The program.
    ///   - policy: How the jobs are treated.
    ///   - environment: The worker's environment.
    ///   - watcher: Ends the programs if the worker dies.
    init(
        type: String,
        target: CommandTarget,
        policy: JobPolicy,
        environment: [String: String],
        watcher: ProcessWatcher
    ) {
        name = JobName(type)
        self.policy = policy
        self.target = target
        self.environment = CommandEnvironment.variables(of: target, from: environment)
        self.watcher = watcher
    }

    /// Runs the program once.
    func run(_ payload: JSONValue, in context: JobContext) async throws -> JSONValue {
        let log = CommandLog(context.logger, report: context.progress)
        let outcome = try await run(payload, CommandEnvironment.variables(of: context), log: log)
        return try CommandVerdict(outcome, lastErrorLine: log.lastErrorLine).result()
    }

    private func run(
        _ payload: JSONValue,
        _ jobVariables: [String: String],
        log: CommandLog
    ) async throws -> CommandRun.Outcome {
        do {
            let run = try CommandRun(
                CommandRun.Start(
                    path: try target.programPath(environment: environment),
                    words: target.words,
                    environment: environment.merging(jobVariables) { _, own in own },
                    directory: target.directory,
                    input: payload.serialized(),
                    grace: target.grace,
                    outputLimit: Submission.resultLimit
                ),
                watcher: watcher,
                listener: CommandRun.Listener(onErrorLine: log.takeErrorLine, onProgressLine: log.takeProgressLine)
            )
            let outcome = try await withTaskCancellationHandler {
                try await BlockingWork.run { try run.run() }
            } onCancel: {
                run.stop()
            }
            log.finish()
            return outcome
        } catch let problem as ProgramProblem {
            throw JobFailure(.system, "\(problem)")
        } catch let failure as SystemFailure {
            throw JobFailure(.system, "\(target.words.first ?? ""): \(failure)")
        }
    }
}

/// Passes on what a program says while it runs: errors to the log, and progress.
final class CommandLog: Sendable {
    /// Enough to understand a failure; a program that logs without end must not flood the worker's log.
    private static let lineLimit = 1000

    private struct State {
        var lines = 0
        var lastErrorLine: String?
        var warnedOfProgress = false
    }

    private let logger: Logger
    private let report: @Sendable (_ fraction: Double, _ message: String?) -> Void
    private let state = Mutex(State())

    /// Makes a log; `report` is told of progress.
    init(_ logger: Logger, report: @escaping @Sendable (_ fraction: Double, _ message: String?) -> Void) {
        (self.logger, self.report) = (logger, report)
    }

    /// The last line of standard error that is not blank.
    var lastErrorLine: String? { state.withLock(\.lastErrorLine) }

    /// Logs a line of standard error.
    func takeErrorLine(_ line: String) {
        let number = state.withLock { state in
            if !line.allSatisfy(\.isWhitespace) { state.lastErrorLine = line }
            state.lines += 1
            return state.lines
        }
        guard number <= Self.lineLimit else { return }
        logger.info("command wrote", metadata: ["command.line": "\(Redactor.standard.redact(text: line))"])
    }

    /// Reads a line of progress: `0.5`, `0.5 half of it`, or `{"fraction": 0.5, "message": "half of it"}`.
    func takeProgressLine(_ line: String) {
        if let (fraction, message) = Self.progress(line) { return report(fraction, message) }
        let isFirst = state.withLock { state in
            defer { state.warnedOfProgress = true }
            return !state.warnedOfProgress
        }
        guard isFirst else { return }
        let shown = Redactor.standard.excerpt(of: line, maxBytes: 200)
        logger.warning("command wrote a line of progress that cannot be read", metadata: ["command.line": "\(shown)"])
    }

    /// Says how many lines were not logged.
    func finish() {
        let dropped = state.withLock { $0.lines } - Self.lineLimit
        guard dropped > 0 else { return }
        logger.warning("command wrote more lines than are logged", metadata: ["command.dropped_lines": "\(dropped)"])
    }

    private static func progress(_ line: String) -> (Double, String?)? {
        let text = line.drop(while: \.isWhitespace)
        if text.hasPrefix("{") {
            // What cannot be read is said by the caller.
            guard let object = try? JSONValue(parsing: String(text)), let fraction = object["fraction"]?.doubleValue,
                (0...1).contains(fraction)
            else { return nil }
            return (fraction, object["message"]?.stringValue)
        }
        let number = text.prefix { !$0.isWhitespace }
        guard let fraction = Double(number), (0...1).contains(fraction) else { return nil }
        let message = text.dropFirst(number.count).drop(while: \.isWhitespace)
        return (fraction, message.isEmpty ? nil : String(message))
    }
}
