/// How many incidents became what.
struct BulkTally: Sendable, Hashable, CustomStringConvertible {
    var redriven = 0
    var wouldRedrive = 0
    var skipped = 0
    var failed = 0
    /// Whether too many failed in a row.
    var gaveUp = false

    /// How many jobs in a row may fail before the rest is left alone.
    static let patience = 10

    /// Counts an outcome.
    mutating func count(_ outcome: BulkOutcome) {
        switch outcome {
        case .redriven: redriven += 1
        case .wouldRedrive: wouldRedrive += 1
        case .skipped: skipped += 1
        case .failed: failed += 1
        }
    }

    /// The numbers, for a reader.
    var description: String {
        let done = wouldRedrive > 0 ? "\(wouldRedrive) would be redriven" : "\(redriven) redriven"
        let end = gaveUp ? "; gave up after \(Self.patience) failures in a row" : ""
        return "\(done), \(skipped) skipped, \(failed) failed\(end)"
    }
}
