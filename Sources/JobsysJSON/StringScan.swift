/// Scans over the contiguous bytes of strings: the part of reading and writing that most bytes go through.
enum StringScan {
    /// The index of the first byte at or after `start` that a JSON string cannot hold as it is: a quotation mark, a
    /// backslash, a control character or, if asked for, the start of anything beyond ASCII; the end if there is none.
    @inline(__always)
    static func plainEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, stopsBeyondASCII: Bool) -> Int {
        var index = start
        guard let base = unsafe UnsafeRawPointer(bytes.baseAddress) else { return start }
        while index + 16 <= bytes.count {
            let block = unsafe base.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
            var found = (block .== quotes) .| (block .== backslashes) .| (block .< spaces)
            if stopsBeyondASCII { found .|= block .>= beyondASCII }
            // Of a byte that was found all bits are set, of the others none.
            let halves = unsafe unsafeBitCast(found, to: SIMD2<UInt64>.self)
            if halves.x != 0 { return index + UInt64(littleEndian: halves.x).trailingZeroBitCount / 8 }
            if halves.y != 0 { return index + 8 + UInt64(littleEndian: halves.y).trailingZeroBitCount / 8 }
            index += 16
        }
        while index < bytes.count {
            let byte = unsafe bytes[index]
            if isSpecial(byte) || (stopsBeyondASCII && byte >= 0x80) { return index }
            index += 1
        }
        return index
    }

    /// How many bytes the well-formed UTF-8 sequence at an index has (Unicode, table 3-7); 0 if it is malformed:
    /// overlong, a surrogate, beyond U+10FFFF, or cut short.
    static func sequenceLength(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let lead = unsafe bytes[index]
        let second: ClosedRange<UInt8>
        let length: Int
        switch lead {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard index + length <= bytes.count, unsafe second ~= bytes[index + 1] else { return 0 }
        for offset in 2..<max(length, 2) {
            guard unsafe 0x80...0xBF ~= bytes[index + offset] else { return 0 }
        }
        return length
    }

    // Vectors, because comparing one with a single byte is not compiled to an instruction.
    @inline(__always) private static var quotes: SIMD16<UInt8> { SIMD16(repeating: 0x22) }
    @inline(__always) private static var backslashes: SIMD16<UInt8> { SIMD16(repeating: 0x5C) }
    @inline(__always) private static var spaces: SIMD16<UInt8> { SIMD16(repeating: 0x20) }
    @inline(__always) private static var beyondASCII: SIMD16<UInt8> { SIMD16(repeating: 0x80) }

    @inline(__always)
    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == 0x22 || byte == 0x5C || byte < 0x20
    }
}
