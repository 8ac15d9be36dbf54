/// Random UUIDs (RFC 9562, version 4) in lower-case text.
///
/// Foundation makes them too, but opens `/dev/urandom` for each, which costs as much as a signature.
public enum InvocationID {
    /// A new one.
    public static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return text(generator.next(), generator.next())
    }

    /// The text of 128 bits, six of which make way for version and variant.
    static func text(_ first: UInt64, _ second: UInt64) -> String {
        var (high, low) = (first & ~0xF000 | 0x4000, second & ~(0b11 << 62) | 0b10 << 62)
        return unsafe String(unsafeUninitializedCapacity: 36) { output in
            for index in 0..<36 {
                if [8, 13, 18, 23].contains(index) {
                    unsafe output.initializeElement(at: index, to: UInt8(ascii: "-"))
                } else {
                    let digit = UInt8(high >> 60)
                    let base = digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10
                    unsafe output.initializeElement(at: index, to: base + digit)
                    (high, low) = (high << 4 | low >> 60, low << 4)
                }
            }
            return 36
        }
    }
}
