import JobsysCore
import JobsysJSON
import JobsysProcess

/// What the end of a program says about its job.
///
/// The exit statuses are those of sysexits.h; a program that knows better writes an object to standard output, with any of
/// `class`, `message` and `retryAfter` (seconds, or a time such as `30s`), and ends with a status that is not 0.
struct CommandVerdict: Sendable {
    private let outcome: CommandRun.Outcome
    private let lastErrorLine: String?

    /// Makes a verdict on a run; the last line of standard error is its message, unless the program wrote another.
    init(_ outcome: CommandRun.Outcome, lastErrorLine: String?) {
        (self.outcome, self.lastErrorLine) = (outcome, lastErrorLine)
    }

    /// The class of a failure, by the exit status.
    static func errorClass(ofStatus status: Int32) -> ErrorClass {
        switch status {
        // EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_PROTOCOL.
        case 64, 65, 66, 76: .validation
        // EX_NOHOST.
        case 68: .network
        // EX_UNAVAILABLE, EX_SOFTWARE, EX_OSERR, EX_IOERR; EX_NOPERM and EX_CONFIG, for which somebody has to look.
        case 69, 70, 71, 74, 77, 78: .system
        // EX_TEMPFAIL.
        case 75: .rateLimit
        default: .unknown
        }
    }

    /// The result of a success.
    ///
    /// - Throws: ``JobFailure`` for a failure, and `CancellationError` for a run that was stopped: status 0 is what many
    ///   programs answer SIGTERM with, so that it does not tell whether the work was done.
    func result() throws -> JSONValue {
        if outcome.wasStopped { throw CancellationError() }
        if outcome.isOutputTooLong { throw Self.tooLong }
        switch outcome.end {
        case .exit(0):
            let result = value ?? .string(text)
            // A text may be longer as JSON than it was.
            guard result.serialized().count <= Submission.resultLimit else { throw Self.tooLong }
            return result
        case .exit(let status):
            throw failure(ofStatus: status)
        case .signal(let number):
            throw JobFailure(.system, message("the program was killed by signal \(number)", lastErrorLine))
        }
    }

    private static var tooLong: JobFailure {
        let limit = Submission.resultLimit
        let hint = "what is for the log belongs on standard error"
        return JobFailure(.unknown, "standard output, which is the result, has more than \(limit) bytes; \(hint)")
    }

    private func failure(ofStatus status: Int32) -> JobFailure {
        let said = value?.objectValue
        let errorClass = said?["class"]?.stringValue.map(ErrorClass.init(rawValue:))
            .flatMap { ErrorClass.allCases.contains($0) ? $0 : nil }
        return JobFailure(
            errorClass ?? Self.errorClass(ofStatus: status),
            message("the program ended with status \(status)", said?["message"]?.stringValue ?? lastErrorLine),
            retryAfter: said?["retryAfter"].flatMap(Self.pause)
        )
    }

    private func message(_ what: String, _ why: String?) -> String {
        why.map { "\(what): \($0)" } ?? what
    }

    private static func pause(_ value: JSONValue) -> Duration? {
        if let text = value.stringValue { return Duration(unitText: text) }
        // No pause is longer than a year.
        guard let seconds = value.doubleValue, (0...31_536_000).contains(seconds) else { return nil }
        return .milliseconds(Int(seconds * 1000))
    }

    /// The output as JSON, null if it is empty; nil if it is no JSON.
    private var value: JSONValue? {
        let text = text
        if text.isEmpty { return .null }
        // What is no JSON is text.
        return try? JSONValue(parsing: text)
    }

    /// The output as text, without the line breaks at its end.
    private var text: String {
        let breaks = outcome.output.reversed().prefix { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.count
        return String(decoding: outcome.output.dropLast(breaks), as: UTF8.self)
    }
}
