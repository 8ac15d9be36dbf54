import FoundationEssentials

/// How many inputs a property is tried with, and from which seed.
///
/// `JOBSYS_PROPERTY_RUNS=100` makes every property try a hundred times as many inputs, and `JOBSYS_PROPERTY_SEED` has it
/// begin elsewhere than at 1. What fails says its seed; `JOBSYS_PROPERTY_SEED` set to that tries it first.
public enum PropertyRuns {
    /// The seeds, one for each input.
    public static func seeds(_ count: Int) -> Range<UInt64> {
        let first = number("JOBSYS_PROPERTY_SEED") ?? 1
        return first..<first + UInt64(count) * (number("JOBSYS_PROPERTY_RUNS") ?? 1)
    }

    private static func number(_ variable: String) -> UInt64? {
        ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) }
    }
}
