/// SplitMix64: small, seedable, good enough to make up inputs; the same seed gives the same ones everywhere.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates a generator; the same seed and stream give the same numbers.
    public init(seed: UInt64, stream: UInt64 = 0) {
        state = seed
        guard stream > 0 else { return }
        state = next() ^ (stream &* 0xD6E8_FEB8_6659_FD93)
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
