extension JSONReader {
    /// Reads a string, unescaped.
    public mutating func readString() throws(JSONError) -> String {
        if !comes(UInt8(ascii: "\"")) { try expect(.string) }
        return try readToken().text(in: bytes)
    }

    /// Reads the name of a member and the colon after it, and the white space after that.
    mutating func readName() throws(JSONError) -> StringToken {
        guard comes(UInt8(ascii: "\"")) else { throw unexpectedByte(expected: "a member's name") }
        let name = try readToken()
        guard comes(UInt8(ascii: ":")) else { throw unexpectedByte(expected: "\":\"") }
        position += 1
        skipWhitespace()
        return name
    }

    mutating func skipString() throws(JSONError) {
        _ = try readToken()
    }

    private mutating func readToken() throws(JSONError) -> StringToken {
        let token = try scanString()
        position = token.content.upperBound + 1
        return token
    }

    /// Checks the string that starts here, and finds its closing quotation mark.
    private func scanString() throws(JSONError) -> StringToken {
        let start = position + 1
        return try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var index = start
            var hasEscapes = false
            while true {
                index = unsafe StringScan.plainEnd(in: buffer, from: index, stopsBeyondASCII: true)
                guard index < buffer.count else {
                    throw JSONError(message: "the document ends within a string", offset: index)
                }
                switch unsafe buffer[index] {
                case UInt8(ascii: "\""):
                    return StringToken(content: start..<index, hasEscapes: hasEscapes)
                case UInt8(ascii: "\\"):
                    hasEscapes = true
                    index += try unsafe Unescape.length(in: buffer, at: index)
                case 0..<0x20:
                    throw JSONError(message: "a string holds an unescaped control character", offset: index)
                default:
                    let length = unsafe StringScan.sequenceLength(in: buffer, at: index)
                    guard length > 0 else { throw JSONError(message: "a string is not valid UTF-8", offset: index) }
                    index += length
                }
            }
        }
    }
}

/// Where in a document a string stands that has been checked.
struct StringToken: Sendable {
    /// The bytes between the quotation marks.
    let content: Range<Int>
    let hasEscapes: Bool

    /// The string, unescaped.
    func text(in document: [UInt8]) -> String {
        unsafe document.withUnsafeBufferPointer { document in
            let content = unsafe UnsafeBufferPointer(rebasing: document[content])
            return unsafe hasEscapes ? Unescape.text(of: content) : String(decoding: content, as: UTF8.self)
        }
    }
}
