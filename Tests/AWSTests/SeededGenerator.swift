/// Random numbers that a seed repeats (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A few letters and digits.
    mutating func word() -> String {
        let letters = "abcxyz0189-_."
        return String((0...Int.random(in: 0...4, using: &self)).map { _ in letters.randomElement(using: &self) ?? "a" })
    }

    /// Spaces and tabs, at least `minimum`.
    mutating func blanks(_ minimum: Int = 0) -> String {
        String((0..<Int.random(in: minimum...3, using: &self)).map { _ in Bool.random(using: &self) ? " " : "\t" })
    }
}
