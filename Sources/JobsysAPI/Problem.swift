import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON

/// What is answered instead of what was asked for: a problem document (RFC 9457).
struct Problem: Error, Sendable {
    /// The answer's status.
    var status: HTTPResponse.Status
    /// What kind of problem it is; `about:blank` says no more than the status does.
    var type = "about:blank"
    /// The kind in a few words; the same for every problem of its type.
    var title: String
    /// What was wrong with this request.
    var detail: String
    /// The members that are wrong, every one of them.
    var errors: [FieldProblem] = []
    /// Where the job stands that the request was about, if that is the problem.
    var jobStatus: JobStatus?
    /// The names of the limits that are reached, if that is the problem.
    var violatedPolicies: [String] = []
    /// Header fields that go with the answer.
    var headers: HTTPFields = [:]
    /// The error beneath, for the log; nil if the request alone is at fault.
    var cause: (any Error)?

    /// Makes a problem of no other kind than its status.
    init(
        _ status: HTTPResponse.Status,
        _ detail: String,
        errors: [FieldProblem] = [],
        headers: HTTPFields = [:],
        cause: (any Error)? = nil
    ) {
        self.status = status
        title = status.reasonPhrase
        self.detail = detail
        self.errors = errors
        self.headers = headers
        self.cause = cause
    }

    /// The response; it names the request, so that a report of it leads to the log.
    func response(to requestID: RequestID) -> Response {
        Response(json: document(requestID), status: status, headers: fields)
    }

    /// The header fields of the answer.
    var fields: HTTPFields {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        return fields
    }

    /// The body of the answer.
    func document(_ requestID: RequestID) -> [UInt8] {
        var writer = JSONWriter()
        encode(to: &writer, requestID)
        return writer.bytes
    }

    /// Writes the document.
    func encode(to writer: inout JSONWriter, _ requestID: RequestID) {
        writer.object { writer in
            writer.member("type", type)
            writer.member("title", title)
            writer.member("status", status.code)
            writer.member("detail", detail)
            if !errors.isEmpty {
                writer.array("errors") { writer in
                    for error in errors { writer.fieldProblem(error) }
                }
            }
            if !violatedPolicies.isEmpty {
                writer.member("violated-policies", .array(violatedPolicies.map { .string($0) }))
            }
            writer.member("jobStatus", ifPresent: jobStatus?.rawValue)
            writer.member("requestId", requestID.description)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func fieldProblem(_ problem: FieldProblem) {
        object { writer in
            writer.member("pointer", problem.pointer.description)
            writer.member("message", problem.message)
        }
    }
}
