import HTTPTypes
import Hummingbird
import JobsysJSON

/// The body of a request as a JSON object.
enum JSONBody {
    /// Refuses a request that does not call its body JSON.
    ///
    /// - Throws: ``Problem`` with 415.
    static func checkMediaType(_ headers: HTTPFields) throws {
        // As nearly all clients spell it.
        guard headers[.contentType] != "application/json" else { return }
        let mediaType = headers[.contentType]?.split(separator: ";").first.map { $0.filter { !$0.isWhitespace } }
        guard mediaType?.lowercased() == "application/json" else {
            let detail = "The body must be of the media type application/json, and the Content-Type must say so."
            throw Problem(.unsupportedMediaType, detail, headers: [.accept: "application/json"])
        }
    }

    /// Reads an object.
    ///
    /// - Throws: ``Problem`` with 400.
    static func object(_ bytes: [UInt8]) throws -> JSONValue {
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
