import Synchronization

/// UUIDs (RFC 9562, version 4) in lower-case text.
///
/// Foundation makes them too, and asks the system for random bits each time, which costs as much as a hash. Here the
/// process asks once; what follows counts on from there, scrambled, so that it never meets an earlier id of its own.
public enum UniqueID {
    private static let (process, start) = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    private static let count = Atomic<UInt64>(0)

    /// A new one.
    public static func make() -> String {
        text(process, scrambled(start &+ count.wrappingAdd(1, ordering: .relaxed).newValue))
    }

    /// A permutation of all 64-bit numbers that leaves no trace of their order: the finalizer of SplitMix64.
    private static func scrambled(_ number: UInt64) -> UInt64 {
        var bits = number
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// The text of 128 bits, six of which make way for version and variant.
    static func text(_ first: UInt64, _ second: UInt64) -> String {
        var (high, low) = (first & ~0xF000 | 0x4000, second & ~(0b11 << 62) | 0b10 << 62)
        return unsafe String(unsafeUninitializedCapacity: 36) { output in
            for index in 0..<36 {
                if index == 8 || index == 13 || index == 18 || index == 23 {
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
