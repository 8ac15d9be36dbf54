/// A pull parser over a document in memory: strict (RFC 8259) and bounded.
///
/// The caller asks for what it expects and gets it or a ``JSONError`` with the place. Refused are trailing commas,
/// malformed UTF-8, lone surrogates, control characters in strings, anything but a JSON number, a byte order mark, and,
/// by ``finish()``, whatever follows the document. After an error the reader is of no further use.
public struct JSONReader {
    let bytes: [UInt8]
    let limits: JSONLimits
    private let documentSize: Int
    private var depth = 0
    var position = 0

    /// Creates a reader of one document.
    public init(_ bytes: [UInt8], limits: JSONLimits = .default) {
        // A document that is too large is taken for an empty one, and the first read says why: no other path pays.
        self.bytes = bytes.count <= limits.bytes ? bytes : []
        self.limits = limits
        self.documentSize = bytes.count
    }

    /// How many bytes have been read.
    public var offset: Int {
        position
    }

    /// The error of this place in the document, for what only the caller can find wrong with a value.
    public func failure(_ message: String) -> JSONError {
        JSONError(message: message, offset: position)
    }

    /// Looks at the kind of the value that comes next, without reading it.
    public mutating func peekKind() throws(JSONError) -> JSONKind {
        skipWhitespace()
        guard position < bytes.count else { throw unexpectedByte(expected: "a value") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw unexpectedByte(expected: "a value")
        }
    }

    /// Reads a boolean.
    public mutating func readBool() throws(JSONError) -> Bool {
        try expect(.bool)
        let value = bytes[position] == UInt8(ascii: "t")
        try readWord(value ? "true" : "false")
        return value
    }

    /// Reads null.
    public mutating func readNull() throws(JSONError) {
        try expect(.null)
        try readWord("null")
    }

    /// Reads null if that comes next, and says whether it did.
    public mutating func readNullIfPresent() throws(JSONError) -> Bool {
        guard comes(UInt8(ascii: "n")) else { return false }
        try readWord("null")
        return true
    }

    /// Whether nothing follows but white space; never in a document that is too large.
    public mutating func isAtEnd() -> Bool {
        skipWhitespace()
        return position == documentSize
    }

    /// Refuses whatever follows the document.
    public mutating func finish() throws(JSONError) {
        skipWhitespace()
        guard position == bytes.count else { throw unexpectedByte(expected: "the end of the document") }
    }

    @inline(__always)
    mutating func skipWhitespace() {
        // What services send has none.
        if position < bytes.count, bytes[position] > 0x20 { return }
        skipWhitespaceHere()
    }

    private mutating func skipWhitespaceHere() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// Whether a byte comes next, after white space.
    @inline(__always)
    mutating func comes(_ byte: UInt8) -> Bool {
        skipWhitespace()
        return position < bytes.count && bytes[position] == byte
    }

    mutating func expect(_ kind: JSONKind) throws(JSONError) {
        let found = try peekKind()
        guard found == kind else { throw failure("found \(found); expected \(kind)") }
    }

    /// Steps over the opening byte of an array or object.
    mutating func open(_ kind: JSONKind, with byte: UInt8) throws(JSONError) {
        if !comes(byte) { try expect(kind) }
        guard depth < limits.depth else { throw failure("nested deeper than \(limits.depth) levels") }
        depth += 1
        position += 1
    }

    /// Steps over a closing byte if that comes next.
    mutating func closes(with byte: UInt8) -> Bool {
        guard comes(byte) else { return false }
        depth -= 1
        position += 1
        return true
    }

    /// Steps over the comma before another member or element, or over the closing byte after the last one.
    mutating func continues(until close: UInt8) throws(JSONError) -> Bool {
        if closes(with: close) { return false }
        guard comes(UInt8(ascii: ",")) else {
            throw unexpectedByte(expected: "\",\" or \"\(Character(Unicode.Scalar(close)))\"")
        }
        position += 1
        return true
    }

    /// The error of what comes here, be it the document's end.
    func unexpectedByte(expected: String) -> JSONError {
        guard position < bytes.count else { return endOfDocument(expected: expected) }
        let byte = bytes[position]
        let found =
            0x21...0x7E ~= byte ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte 0x\(String(byte, radix: 16))"
        return failure("found \(found); expected \(expected)")
    }

    private func endOfDocument(expected: String) -> JSONError {
        guard documentSize == bytes.count else {
            return failure("the document has \(documentSize) bytes; expected at most \(limits.bytes)")
        }
        return failure("the document ends here; expected \(expected)")
    }

    private mutating func readWord(_ word: StaticString) throws(JSONError) {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, bytes[position..<end].elementsEqual(word.description.utf8) else {
            throw failure("found an unknown word; expected \(word)")
        }
        position = end
    }
}

/// How much a reader takes before it refuses a document.
public struct JSONLimits: Sendable, Hashable {
    /// How many arrays and objects may be open at once.
    public var depth: Int
    /// The largest document, in bytes.
    public var bytes: Int

    /// 64 levels and 16 MiB.
    public static let `default` = JSONLimits()

    /// Creates limits; what is left out is as in ``default``.
    public init(depth: Int = 64, bytes: Int = 16 * 1024 * 1024) {
        self.depth = depth
        self.bytes = bytes
    }
}

/// What kind of value comes next in a document.
public enum JSONKind: Sendable, Hashable, CustomStringConvertible {
    case object
    case array
    case string
    case number
    case bool
    case null

    /// The kind with its article, as error messages need it.
    public var description: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .bool: "a boolean"
        case .null: "null"
        }
    }
}
