import Hummingbird
import JobsysCore
import JobsysJSON

/// What a request to redrive a job says, checked.
struct RedriveRequest {
    /// What the job is given instead of what it had; nil to leave it as it is.
    let payload: JSONValue?

    /// Reads the body, if there is one.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader) async throws {
        let bytes = try await reader.bytes(of: request)
        guard !bytes.isEmpty else {
            payload = nil
            return
        }
        try JSONBody.checkMediaType(request.headers)
        let document = try JSONBody.object(bytes, limit: reader.documentLimit)
        let problems = (document.objectValue?.keys ?? []).filter { $0 != "payload" }
            .map { FieldProblem(.root.appending($0), "is not a member that a redrive has") }
        guard problems.isEmpty else { throw Problem(SubmissionError.invalid(problems)) }
        payload = document["payload"]
        let size = payload?.serialized().count ?? 0
        guard size <= Submission.payloadLimit else { throw Problem(SubmissionError.payloadTooLarge(bytes: size)) }
    }
}
