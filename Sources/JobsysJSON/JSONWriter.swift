/// Writes a document into bytes, without white space; commas and colons come by themselves.
///
/// What is written is well-formed if every `begin` has its `end`, and inside an object a key goes before each value.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    /// Creates an empty writer with room for so many bytes before it has to grow.
    public init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Opens an object.
    public mutating func beginObject() {
        begin(UInt8(ascii: "{"))
    }

    /// Closes an object.
    public mutating func endObject() {
        end(UInt8(ascii: "}"))
    }

    /// Opens an array.
    public mutating func beginArray() {
        begin(UInt8(ascii: "["))
    }

    /// Closes an array.
    public mutating func endArray() {
        end(UInt8(ascii: "]"))
    }

    /// Writes the name of the member whose value comes next.
    public mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        separate()
        quote(text)
    }

    /// Writes an integer.
    public mutating func int(_ value: some SignedInteger & FixedWidthInteger) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        digits(UInt64(value.magnitude))
    }

    /// Writes an integer.
    public mutating func uint(_ value: some UnsignedInteger & FixedWidthInteger) {
        separate()
        digits(UInt64(value))
    }

    /// Writes a double, which must be finite, with the fewest digits that read back as the same double.
    public mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has neither infinity nor NaN")
        separate()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes a number's literal, which must be one.
    public mutating func number(text: String) {
        guard let number = JSONNumber(text: text) else { preconditionFailure("the text is not a JSON number") }
        self.number(number)
    }

    /// Writes a number.
    public mutating func number(_ number: JSONNumber) {
        separate()
        bytes.append(contentsOf: number.text.utf8)
    }

    /// Writes a boolean.
    public mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes null.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a value that is JSON already; it is taken at its word.
    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Writes a piece of a document that is cut before or after a value; no comma and no colon comes by itself around it.
    public mutating func piece(_ json: [UInt8]) {
        bytes.append(contentsOf: json)
        needsComma = false
    }

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func end(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func digits(_ value: UInt64) {
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { unsafe Escape.append($0, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Writes the content of strings: escaped are the quotation mark, the backslash and the control characters.
enum Escape {
    static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var index = 0
        while true {
            let runEnd = unsafe StringScan.plainEnd(in: text, from: index, stopsBeyondASCII: false)
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[index..<runEnd]))
            guard runEnd < text.count else { return }
            append(escaping: unsafe text[runEnd], to: &bytes)
            index = runEnd + 1
        }
    }

    private static func append(escaping byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case ..<0x20:
            let low = byte & 0x0F
            bytes.append(contentsOf: byte < 0x10 ? "u000".utf8 : "u001".utf8)
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        default: bytes.append(byte)
        }
    }
}
