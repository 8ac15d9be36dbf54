import JobsysPropertyTestKit

extension SeededGenerator {
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
