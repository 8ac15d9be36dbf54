import HTTPTypes
import JobsysCore
import JobsysServiceRuntime
import Logging
import Synchronization

/// Notes every request: in one line of the log, and in the metrics.
struct RequestLog: Sendable {
    let logger: Logger
    let meter: RequestMeter

    /// Notes a request that was answered.
    ///
    /// - Parameters:
    ///   - method: Its method; nil if that could not be read.
    ///   - route: The route that it matched; nil for none.
    ///   - status: What was answered.
    ///   - problem: The problem, if that was answered, or if a part of the request came to it.
    ///   - notes: What the request did.
    ///   - duration: From its head to the answer's.
    ///   - logger: The logger that knows its id.
    func note(
        _ method: HTTPRequest.Method?,
        route: String?,
        _ status: HTTPResponse.Status,
        _ problem: Problem?,
        _ notes: Logger.Metadata = [:],
        took duration: Duration,
        to logger: Logger
    ) {
        meter.note(method, route: route, status: status, took: duration)
        var metadata: Logger.Metadata = [
            "http.status": "\(status.code)",
            "http.durationMs": "\(Int(duration / .milliseconds(1)))",
        ]
        if let method { metadata["http.method"] = "\(method.rawValue)" }
        if let route { metadata["http.route"] = "\(route)" }
        metadata.merge(notes) { own, _ in own }
        metadata.merge(problem?.cause.map(causeMetadata) ?? [:]) { own, _ in own }
        let level = level(of: problem?.status ?? status, problem, isProbe: route.map(HealthPath.all.contains) ?? false)
        logger.log(level: level, "request", error: problem?.cause, metadata: metadata)
    }

    private func level(of status: HTTPResponse.Status, _ problem: Problem?, isProbe: Bool) -> Logger.Level {
        switch status {
        // Whoever answers a probe logs its reasons.
        case _ where isProbe: .debug
        // An outage passes; a table that is missing does not.
        case .serviceUnavailable: (problem?.cause as? DependencyError)?.isTransient == false ? .error : .warning
        // What the client wants is nothing that HTTP/1.1 with chunks has.
        case .notImplemented, .httpVersionNotSupported: .info
        case _ where status.kind == .serverError: .error
        default: .info
        }
    }

    private func causeMetadata(_ cause: any Error) -> Logger.Metadata {
        guard let error = cause as? DependencyError else { return [:] }
        var metadata: Logger.Metadata = ["dependency.name": "\(error.dependency)", "dependency.code": "\(error.code)"]
        if let cause = error.cause { metadata["dependency.cause"] = "\(cause)" }
        return metadata
    }
}

/// What the line that tells of a request says of what the request did.
///
/// One line a request is what a busy API can afford, and it is written where nobody knows about jobs.
final class RequestNotes: Sendable {
    /// Those of the request that this task answers; nil outside of one.
    @TaskLocal static var current: RequestNotes?

    /// The request's name.
    let requestID: RequestID

    private struct State {
        var metadata: Logger.Metadata = [:]
        var problem: Problem?
        var subject: String?
        var fields: HTTPFields = [:]
    }

    private let state = Mutex(State())

    init(_ requestID: RequestID) {
        self.requestID = requestID
    }

    var metadata: Logger.Metadata { state.withLock(\.metadata) }

    /// A part of what was asked for that came to nothing, although the request was answered.
    var problem: Problem? { state.withLock(\.problem) }

    /// What the request has made, if its path does not name it.
    var subject: String? {
        get { state.withLock(\.subject) }
        set { state.withLock { $0.subject = newValue } }
    }

    /// Header fields of the answer, whatever it is.
    var fields: HTTPFields { state.withLock(\.fields) }

    func add(_ fields: HTTPFields) {
        state.withLock { state in
            for field in fields { state.fields[field.name] = field.value }
        }
    }

    func add(_ metadata: Logger.Metadata) {
        state.withLock { $0.metadata.merge(metadata) { _, new in new } }
    }

    func add(_ problem: Problem) {
        state.withLock { $0.problem = problem }
    }
}
