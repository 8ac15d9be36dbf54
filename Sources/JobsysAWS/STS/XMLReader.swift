/// Reads the small XML documents with which AWS's query protocol answers.
///
/// Strict and bounded: elements, text, the five entities and character references; attributes and comments are read
/// over. A document type is refused, so that nothing can be declared or expanded.
struct XMLReader {
    /// Why a document was refused, and after how many bytes; never its content.
    struct Failure: Error, CustomStringConvertible {
        let message: String
        let offset: Int

        var description: String { "\(message) (at byte \(offset))" }
    }

    private static let maxBytes = 256 * 1024
    private static let maxDepth = 16

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads a whole document.
    static func read(_ bytes: [UInt8]) throws(Failure) -> QueryXMLElement {
        var reader = XMLReader(bytes)
        guard bytes.count <= maxBytes else { throw reader.failure("the document is larger than \(maxBytes) bytes") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw reader.failure("the document is not UTF-8") }
        try reader.skipProlog()
        let root = try reader.readElement(depth: 1)
        try reader.skipMisc()
        guard reader.position == bytes.count else { throw reader.failure("something follows the root element") }
        return root
    }

    private mutating func skipProlog() throws(Failure) {
        if skip("<?xml") { try skip(past: "?>") }
        try skipMisc()
    }

    private mutating func skipMisc() throws(Failure) {
        repeat { skipBlanks() } while try skipComment()
    }

    private mutating func skipComment() throws(Failure) -> Bool {
        guard skip("<!--") else { return false }
        try skip(past: "-->")
        return true
    }

    private mutating func readElement(depth: Int) throws(Failure) -> QueryXMLElement {
        guard depth <= Self.maxDepth else { throw failure("elements are nested too deeply") }
        guard skip("<") else { throw failure("expected an element") }
        var element = QueryXMLElement(name: try readName())
        guard try !skipAttributes() else { return element }
        while true {
            if skip("</") { break }
            if try skipComment() { continue }
            if peek == UInt8(ascii: "<") {
                element.children.append(try readElement(depth: depth + 1))
            } else {
                element.text += try readText()
            }
        }
        guard try readName() == element.name else { throw failure("an end tag does not match its start tag") }
        skipBlanks()
        guard skip(">") else { throw failure("expected >") }
        return element
    }

    /// Skips to the end of a start tag; whether the element ends with it.
    private mutating func skipAttributes() throws(Failure) -> Bool {
        while true {
            skipBlanks()
            if skip("/>") { return true }
            if skip(">") { return false }
            _ = try readName()
            skipBlanks()
            guard skip("="), case _ = skipBlanks(), let quote = peek, quote == 0x22 || quote == 0x27 else {
                throw failure("expected an attribute's value")
            }
            position += 1
            guard let end = bytes[position...].firstIndex(of: quote) else { throw failure("a value has no end") }
            guard !bytes[position..<end].contains(UInt8(ascii: "<")) else { throw failure("a value contains <") }
            position = end + 1
        }
    }

    private mutating func readName() throws(Failure) -> String {
        let start = position
        while let byte = peek, Self.isNameByte(byte) { position += 1 }
        guard position > start else { throw failure("expected a name") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: ":"), 0x80...:
            true
        default: false
        }
    }

    private mutating func readText() throws(Failure) -> String {
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "<") {
            if byte == UInt8(ascii: "&") {
                text += String(try readReference()).utf8
            } else {
                text.append(byte)
                position += 1
            }
        }
        guard peek != nil else { throw failure("an element has no end") }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func readReference() throws(Failure) -> Unicode.Scalar {
        guard let end = bytes[position...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
            throw failure("a reference has no end")
        }
        let name = String(decoding: bytes[position + 1..<end], as: UTF8.self)
        guard let scalar = Self.scalar(named: name) else { throw failure("an unknown reference") }
        position = end + 1
        return scalar
    }

    private static func scalar(named name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        case _ where name.hasPrefix("#x"): UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
        case _ where name.hasPrefix("#"): UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
        default: nil
        }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let expected = Array("\(text)".utf8)
        guard bytes[position...].starts(with: expected) else { return false }
        position += expected.count
        return true
    }

    private mutating func skip(past text: StaticString) throws(Failure) {
        while position < bytes.count {
            if skip(text) { return }
            position += 1
        }
        throw failure("a declaration or comment has no end")
    }

    private func failure(_ message: String) -> Failure {
        Failure(message: message, offset: position)
    }
}

/// An element of a small XML document: its text, or the elements in it.
public struct QueryXMLElement: Sendable {
    /// The name, with its prefix if it has one.
    public let name: String

    /// The text between its tags, joined.
    public internal(set) var text = ""

    /// The elements in it, in order.
    public internal(set) var children: [QueryXMLElement] = []

    init(name: String) {
        self.name = name
    }

    /// The first child of this name.
    public subscript(name: String) -> QueryXMLElement? {
        children.first { $0.name == name }
    }
}
