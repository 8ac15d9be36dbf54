import JobsysAWS
import JobsysJSON

/// The input of an operation that is the same at each call but for some texts: written once, and then filled in.
///
/// The expressions stay what the builders of `DynamoDB` make of them; but a worker need not have them made for each job.
struct RequestTemplate<Blank: Hashable & CaseIterable & Sendable>: Sendable {
    /// Where a text is to be written, after what comes before it.
    private struct Gap {
        let lead: [UInt8]
        let blank: Blank
    }

    private let gaps: [Gap]
    private let end: [UInt8]

    /// Writes the operation that `make` makes, which is handed what to use as the text of each blank.
    ///
    /// A text must become a string of its own in the input, not a part of one.
    init<Operation: AWSOperation>(_ make: ((Blank) -> String) -> Operation) {
        var writer = JSONWriter()
        make(Self.mark).encode(to: &writer)
        var rest = writer.bytes[...]
        var gaps: [Gap] = []
        while let (range, blank) = Self.firstMark(in: rest) {
            gaps.append(Gap(lead: Array(rest[..<range.lowerBound]), blank: blank))
            rest = rest[range.upperBound...]
        }
        self.gaps = gaps
        end = Array(rest)
    }

    /// Writes the input with these texts in the place of the blanks.
    func encode(to writer: inout JSONWriter, _ text: (Blank) -> String) {
        for gap in gaps {
            writer.piece(gap.lead)
            writer.string(text(gap.blank))
        }
        writer.piece(end)
    }

    /// No name of an attribute and no word of an expression looks like this.
    private static func mark(_ blank: Blank) -> String {
        "<\(blank)>"
    }

    private static func firstMark(in bytes: ArraySlice<UInt8>) -> (Range<Int>, Blank)? {
        Blank.allCases
            .compactMap { blank in bytes.firstRange(of: Array("\"\(mark(blank))\"".utf8)).map { ($0, blank) } }
            .min { $0.0.lowerBound < $1.0.lowerBound }
    }
}
