import HTTPTypes
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysObservability
import JobsysTime

/// What an endpoint answered, and what that says about the job.
struct HTTPAnswer: Sendable {
    /// What becomes of the attempt.
    enum Outcome: Sendable, Hashable {
        /// It has ended well, with this result.
        case succeeded(JSONValue)
        /// It has failed.
        case failed(JobFailure)
        /// The endpoint is gone for good, as it says: no job of its type can be run.
        case gone(String)
        /// The endpoint works on, and says later what came of it.
        case goesOn
    }

    private static let excerptLimit = 300

    /// The status code.
    var status: Int
    /// The body.
    var content: HTTPContent
    /// How long the endpoint asks to be left alone.
    var retryAfter: Duration?
    /// Whether the endpoint says that it works on.
    var isAsync = false
    /// Where a redirect leads.
    var location: String?
    /// What was asked, for messages.
    var place: String

    /// Reads a response that came at a time.
    init(_ response: TransportResponse, from place: String, at now: Timestamp) {
        status = response.status
        content = HTTPContent(type: response[.contentType], body: response.body)
        retryAfter = response[.retryAfter].flatMap { Duration(retryAfter: $0, at: now) }
        isAsync = response[.jobsys("jobsys-async")]?.lowercased() == "true"
        location = response[.location]
        self.place = place
    }

    /// What becomes of the attempt.
    func outcome() -> Outcome {
        if status == 202, isAsync { return .goesOn }
        if (200..<300).contains(status) { return .succeeded(content.result) }
        let problem = ProblemDocument(content)
        let message = "\(place) answered \(status)\(reason(problem))"
        // One that names a class speaks of the job, and not of itself.
        if status == 410, problem?.errorClass == nil { return .gone(message) }
        return .failed(
            JobFailure(
                problem?.errorClass ?? Self.errorClass(ofStatus: status),
                message,
                retryAfter: retryAfter ?? problem?.retryAfter
            )
        )
    }

    /// The class of a failure, by the status.
    static func errorClass(ofStatus status: Int) -> ErrorClass {
        switch status {
        case 400, 413, 415, 422: .validation
        case 408: .network
        case 429: .rateLimit
        // A redirect, a missing right or a missing route is mostly a deploy under way or a wrong URL: not the job's fault.
        case 300..<400, 401, 403, 404, 405, 409, 425, 500..<600: .system
        default: .unknown
        }
    }

    private func reason(_ problem: ProblemDocument?) -> String {
        if (300..<400).contains(status) {
            let target = location.flatMap(HTTPURL.init)?.origin
            return ", a redirect\(target.map { " to \($0)" } ?? ""), which is not followed"
        }
        if let message = problem?.message { return ": \(message)" }
        let text = content.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.isEmpty ? "" : ": \(Redactor.standard.excerpt(of: text, maxBytes: Self.excerptLimit))"
    }
}

/// A body and what kind it is of.
struct HTTPContent: Sendable, Hashable {
    /// The media type, as the message has it.
    var type: String?
    /// The bytes.
    var body: [UInt8]

    /// The body as a job's result: JSON if it says so and is, or says nothing and is; text otherwise, and null if it is empty.
    var result: JSONValue {
        if body.isEmpty { return .null }
        return json ?? .string(text)
    }

    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON, if it is and does not say that it is something else.
    var json: JSONValue? {
        guard type == nil || isJSON else { return nil }
        // What is no JSON is text.
        return try? JSONValue(parsing: body)
    }

    private var isJSON: Bool {
        let media = (type ?? "").prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        return media == "application/json" || media.hasSuffix("+json")
    }
}

/// What a failure says of itself: a problem document (RFC 9457), with the members `class` and `retryAfter` (seconds).
struct ProblemDocument: Sendable, Hashable {
    /// The failure's class.
    var errorClass: ErrorClass?
    /// What happened.
    var message: String?
    /// How long to wait.
    var retryAfter: Duration?

    /// Reads a body; nil if it is no JSON object.
    init?(_ content: HTTPContent) {
        guard let object = content.json?.objectValue else { return nil }
        errorClass = object["class"]?.stringValue.map { ErrorClass(rawValue: $0.uppercased()) }
            .flatMap { ErrorClass.allCases.contains($0) ? $0 : nil }
        message = ["message", "detail", "title"].lazy.compactMap { object[$0]?.stringValue }.first { !$0.isEmpty }
        if let seconds = object["retryAfter"]?.doubleValue, seconds >= 0 {
            retryAfter = .milliseconds(Int64(min(seconds, Duration.longestPause) * 1000))
        }
    }
}
