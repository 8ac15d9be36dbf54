/// The offsets from UTC that clocks of a region have had and will have.
public struct IANATimeZone: Sendable {
    /// Its name in the IANA database, such as `Europe/Berlin`.
    public let name: String
    /// When an offset ends, in seconds since 1970.
    private let transitions: [Int64]
    /// The offset before each transition, and the one behind the last, in seconds east of UTC.
    private let offsets: [Int64]
    /// What holds behind the last transition; nil if the last offset does.
    private let rule: RecurringOffsets?

    /// A time in which the offset stays the same.
    struct Period: Sendable, Hashable {
        /// The first second, since 1970.
        var start: Int64
        /// The second behind the last one.
        var end: Int64
        /// In seconds east of UTC.
        var offset: Int64
    }

    /// UTC, which needs no database.
    public static let utc = IANATimeZone(name: "UTC", transitions: [], offsets: [0], rule: nil)

    /// Makes a zone; there is one offset more than there are transitions.
    init(name: String, transitions: [Int64], offsets: [Int64], rule: RecurringOffsets?) {
        self.name = name
        self.transitions = transitions
        self.offsets = offsets
        self.rule = rule
    }

    /// The time around a second in which the offset stays the same.
    func period(at second: Int64) -> Period {
        let index = transitions.partitioningIndex { $0 > second }
        let start = index == 0 ? Int64.min : transitions[index - 1]
        guard index == transitions.count, let rule else {
            let end = index == transitions.count ? Int64.max : transitions[index]
            return Period(start: start, end: end, offset: offsets[index])
        }
        var period = rule.period(at: second)
        period.start = max(period.start, start)
        return period
    }

    /// The first second in which clocks show a time, or the end of the gap in which they jump over it.
    ///
    /// The time is counted in seconds since 1970-01-01 on the clock.
    func instant(ofLocal time: Int64) -> Int64 {
        // Earlier than any offset could make it.
        var period = period(at: time - 2 * 86400)
        while true {
            let candidate = time - period.offset
            if candidate < period.start { return period.start }
            if candidate < period.end { return candidate }
            period = self.period(at: period.end)
        }
    }
}

extension [Int64] {
    /// The index of the first element that a condition holds for, which holds for all behind it too.
    fileprivate func partitioningIndex(where condition: (Int64) -> Bool) -> Int {
        var lower = 0
        var upper = count
        while lower < upper {
            let middle = (lower + upper) / 2
            if condition(self[middle]) { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}
