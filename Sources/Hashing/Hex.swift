/// Hexadecimal text.
public enum Hex {
    /// Two lower-case digits for each byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { digits in
            var index = 0
            for byte in bytes {
                unsafe digits.initializeElement(at: index, to: digit(byte >> 4))
                unsafe digits.initializeElement(at: index + 1, to: digit(byte & 0x0F))
                index += 2
            }
            return index
        }
    }

    /// The lower-case digit of a number below 16.
    public static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
