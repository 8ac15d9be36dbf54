extension JSONReader {
    /// Reads a string, unescaped.
    public mutating func readString() throws(JSONError) -> String {
        try expect(.string)
        return try readStringHere()
    }

    /// Reads the name of a member and the colon after it.
    mutating func readKey() throws(JSONError) -> String {
        try beginKey()
        let key = try readStringHere()
        try endKey()
        return key
    }

    /// Reads over the name of a member and the colon after it.
    mutating func skipKey() throws(JSONError) {
        try beginKey()
        try skipString()
        try endKey()
    }

    private mutating func beginKey() throws(JSONError) {
        skipWhitespace()
        guard position < bytes.count else { throw endOfDocument(expected: "a member's name") }
        guard bytes[position] == UInt8(ascii: "\"") else { throw unexpected(expected: "a member's name") }
    }

    private mutating func endKey() throws(JSONError) {
        skipWhitespace()
        guard position < bytes.count else { throw endOfDocument(expected: "\":\"") }
        guard bytes[position] == UInt8(ascii: ":") else { throw unexpected(expected: "\":\"") }
        position += 1
        skipWhitespace()
    }

    mutating func skipString() throws(JSONError) {
        position = try scanString().end + 1
    }

    private mutating func readStringHere() throws(JSONError) -> String {
        let start = position + 1
        let (end, hasEscapes) = try scanString()
        let text =
            unsafe bytes.withUnsafeBufferPointer { buffer in
                let content = unsafe UnsafeBufferPointer(rebasing: buffer[start..<end])
                return unsafe hasEscapes ? Unescape.text(of: content) : String(decoding: content, as: UTF8.self)
            }
        position = end + 1
        return text
    }

    /// Checks the string that starts here, and finds its closing quotation mark.
    private func scanString() throws(JSONError) -> (end: Int, hasEscapes: Bool) {
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
                    return (index, hasEscapes)
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
