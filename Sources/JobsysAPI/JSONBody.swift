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

    /// Reads an object of so many bytes of compact JSON at most.
    ///
    /// A longer one is not even parsed, for that takes many times its size in memory.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - limit: The longest document.
    ///   - name: What problems call it.
    /// - Returns: The object.
    /// - Throws: ``Problem`` with 400 or 413.
    static func object(_ bytes: [UInt8], limit: Int, name: String = "body") throws -> JSONValue {
        guard bytes.count <= limit || leastCompactSize(bytes) <= limit else {
            throw Problem(.contentTooLarge, "The \(name) has more than \(limit) bytes as compact JSON.")
        }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw notJSON(error, name)
        }
        guard document.objectValue != nil else { throw notAnObject(document.kind, name) }
        return document
    }

    /// A text that does not parse.
    static func notJSON(_ error: JSONError, _ name: String = "body") -> Problem {
        Problem(.badRequest, "The \(name) is not JSON: \(error)")
    }

    /// A document that is something else than an object.
    static func notAnObject(_ kind: JSONKind, _ name: String = "body") -> Problem {
        Problem(.badRequest, "The \(name) must be a JSON object, and it is \(kind).")
    }

    /// How many bytes a JSON text has in compact form, at least: without white space around its parts, and with no escape
    /// sequence that is not needed.
    private static func leastCompactSize(_ bytes: [UInt8]) -> Int {
        var size = 0
        var isInString = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if isInString, byte == UInt8(ascii: "\\") {
                let isUnicode = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "u")
                size += isUnicode ? utf8Length(bytes.dropFirst(index + 2).prefix(4)) : 1
                index += isUnicode ? 6 : 2
                continue
            }
            if byte == UInt8(ascii: "\"") { isInString.toggle() }
            if isInString || byte > 0x20 { size += 1 }
            index += 1
        }
        return size
    }

    /// The bytes of UTF-8 that a UTF-16 code unit takes; each half of a surrogate pair takes two.
    private static func utf8Length(_ digits: ArraySlice<UInt8>) -> Int {
        let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
        switch unit {
        case ..<0x80: return 1
        case ..<0x800, 0xd800..<0xe000: return 2
        default: return 3
        }
    }
}

extension Response {
    /// Makes a response of a document; the media type is `application/json` unless the headers name another.
    init(json: [UInt8], status: HTTPResponse.Status, headers: HTTPFields = [:]) {
        self.init(json: ByteBuffer(bytes: json), status: status, headers: headers)
    }

    /// Makes a response of a document, without a copy of it.
    init(json: ByteBuffer, status: HTTPResponse.Status, headers: HTTPFields = [:]) {
        var headers = headers
        if headers[.contentType] == nil {
            headers[.contentType] = "application/json"
        }
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: json))
    }
}
