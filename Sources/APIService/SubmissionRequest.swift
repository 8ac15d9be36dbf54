import HTTPTypes
import Hummingbird
import JSON
import Jobs

/// What a request to submit a job says, checked.
struct SubmissionRequest {
    let submission: Submission

    /// Reads the headers first, so that a body that nobody can use is never read.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader) async throws {
        try Self.checkMediaType(request.headers)
        let key = try Self.idempotencyKey(request.headers)
        let document = try Self.document(try await reader.bytes(of: request))
        do {
            submission = try Submission(document: document, idempotencyKey: key)
        } catch {
            throw Problem(error)
        }
    }

    private static func checkMediaType(_ headers: HTTPFields) throws {
        let mediaType = headers[.contentType]?.split(separator: ";").first.map { $0.filter { !$0.isWhitespace } }
        guard mediaType?.lowercased() == "application/json" else {
            let detail = "The body must be of the media type application/json, and the Content-Type must say so."
            throw Problem(.unsupportedMediaType, detail, headers: [.accept: "application/json"])
        }
    }

    private static func idempotencyKey(_ headers: HTTPFields) throws -> String? {
        guard let key = headers[.idempotencyKey] else { return nil }
        let limit = Submission.idempotencyKeyLimit
        guard (1...limit).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            let detail = "The Idempotency-Key header must be 1 to \(limit) visible ASCII characters, without spaces."
            throw Problem(.unprocessableContent, detail)
        }
        return key
    }

    private static func document(_ bytes: [UInt8]) throws -> JSONValue {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw Problem(.badRequest, "The body is not JSON: \(error)")
        }
        guard document.objectValue != nil else {
            throw Problem(.badRequest, "The body must be a JSON object, and it is \(document.kind).")
        }
        return document
    }
}
