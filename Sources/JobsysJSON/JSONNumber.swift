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

    /// The value if the literal is a whole number (no fraction, no exponent) that fits.
    public var int: Int? {
        Int(text)
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
