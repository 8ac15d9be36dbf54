import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON

/// What a form of the console sends.
struct ConsoleForm: Sendable {
    private let values: [String: String]

    /// Reads it.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413 or 415.
    init(_ request: Request, body reader: BodyReader) async throws {
        let bytes = try await reader.bytes(of: request)
        guard !bytes.isEmpty else {
            values = [:]
            return
        }
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else {
            throw Problem(.unsupportedMediaType, "The console takes forms only; programs use the API.")
        }
        do {
            values = try URLEncodedFormDecoder()
                .decode([String: String].self, from: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Problem(.badRequest, "The form cannot be read.")
        }
    }

    /// A field's text without the space around it; nil if it is empty or not there.
    subscript(name: String) -> String? {
        values[name]
            .flatMap { text in
                let text = text.trimmed
                return text.isEmpty ? nil : text
            }
    }

    /// A field that is JSON.
    ///
    /// - Throws: ``Problem`` with 422.
    func json(_ name: String) throws(Problem) -> JSONValue? {
        guard let text = self[name] else { return nil }
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw Problem(.unprocessableContent, "The \(name) is not JSON: \(error)")
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
