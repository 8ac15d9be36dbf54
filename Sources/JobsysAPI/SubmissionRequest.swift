import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysTime

/// What a request to submit a job says, checked.
struct SubmissionRequest {
    let submission: Submission

    /// Reads the headers first, so that a body that nobody can use is never read.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader, at now: () -> Timestamp) async throws {
        try JSONBody.checkMediaType(request.headers)
        let key = try Self.idempotencyKey(request.headers)
        let document = try JSONBody.object(try await reader.bytes(of: request), limit: reader.documentLimit)
        do {
            submission = try Submission(document: document, idempotencyKey: key, at: now())
        } catch {
            throw Problem(error)
        }
    }

    /// The key that makes repeats harmless; nil without one.
    ///
    /// - Throws: ``Problem`` with 422.
    static func idempotencyKey(_ headers: HTTPFields) throws -> String? {
        guard let key = headers[.idempotencyKey] else { return nil }
        guard isIdempotencyKey(key) else {
            throw Problem(.unprocessableContent, "The Idempotency-Key header must be \(idempotencyKeyRule).")
        }
        return key
    }

    /// Whether a text may be an idempotency key.
    static func isIdempotencyKey(_ text: String) -> Bool {
        (1...Submission.idempotencyKeyLimit).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    /// What an idempotency key is.
    static let idempotencyKeyRule =
        "1 to \(Submission.idempotencyKeyLimit) visible ASCII characters, without spaces"
}
