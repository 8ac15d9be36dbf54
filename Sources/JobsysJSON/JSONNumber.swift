/// A number as the document wrote it: nothing is lost to a floating-point type on the way through.
///
/// Two numbers are equal if their texts are: `1` and `1.0` are not.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
    /// The literal, which follows the grammar of RFC 8259, section 6.
    public let text: String

    /// Creates the number of an integer.
    public init(_ value: some BinaryInteger) {
        self.text = String(value)
    }

    /// Creates the number of a finite double, with the shortest text that reads back as the same double.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        self.text = value.description
    }

    /// Creates a number from its literal; nil if that is not a JSON number.
    public init?(text: String) {
        let bytes = Array(text.utf8)
        guard NumberScan.end(in: bytes, from: 0) == bytes.count else { return nil }
        self.text = text
    }

    init(checked text: String) {
        self.text = text
    }

    /// The value if the number is whole and fits, however it is written: `935`, `935.0` and `9.35e2` are one.
    ///
    /// Source: JSON Schema Core 2020-12, section 4.2.3.
    public var int: Int? {
        Int(text) ?? wholeValue
    }

    /// The value of a literal with a fraction or an exponent, if it is whole and fits.
    private var wholeValue: Int? {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let mantissa = parts[0].split(separator: ".")
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let digits = (mantissa[0].drop { $0 == "-" } + fraction).drop { $0 == "0" }
        guard let last = digits.lastIndex(where: { $0 != "0" }) else { return 0 }
        // The number is the significant digits with so many zeros behind them.
        let significant = digits[...last]
        guard let exponent = parts.count > 1 ? Int(parts[1]) : 0, abs(exponent) <= 1_000_000 else { return nil }
        let zeros = exponent - fraction.count + digits.count - significant.count
        guard zeros >= 0, significant.count + zeros <= 19 else { return nil }
        return Int((text.first == "-" ? "-" : "") + significant + String(repeating: "0", count: zeros))
    }

    /// The nearest double; infinite if the literal is beyond the largest.
    public var double: Double {
        Double(text) ?? .nan
    }

    /// The literal.
    public var description: String {
        text
    }
}
