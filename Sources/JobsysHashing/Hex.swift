/// Hexadecimal text.
public enum Hex {
    /// Two lower-case digits for each byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe encode($0) }
    }

    static func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { digits in
            for index in bytes.indices {
                let byte = unsafe bytes[index]
                unsafe digits.initializeElement(at: 2 * index, to: digit(byte >> 4))
                unsafe digits.initializeElement(at: 2 * index + 1, to: digit(byte & 0x0F))
            }
            return bytes.count * 2
        }
    }

    /// Hands out two lower-case digits for each byte, which are there while `body` runs.
    static func withDigits<Result>(
        of bytes: UnsafeBufferPointer<UInt8>,
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * bytes.count) { digits in
            for index in bytes.indices {
                let byte = unsafe bytes[index]
                unsafe digits.initializeElement(at: 2 * index, to: digit(byte >> 4))
                unsafe digits.initializeElement(at: 2 * index + 1, to: digit(byte & 0x0F))
            }
            return unsafe body(UnsafeBufferPointer(digits))
        }
    }

    /// Whether the text is what ``encode(_:)-(UnsafeBufferPointer<UInt8>)`` makes of the bytes.
    static func matches(_ text: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var text = text
        return text.withUTF8 { digits in
            guard digits.count == bytes.count * 2 else { return false }
            for index in bytes.indices {
                let (high, low) = unsafe (bytes[index] >> 4, bytes[index] & 0x0F)
                guard unsafe digits[2 * index] == digit(high), unsafe digits[2 * index + 1] == digit(low) else {
                    return false
                }
            }
            return true
        }
    }

    /// The lower-case digit of a number below 16.
    public static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
