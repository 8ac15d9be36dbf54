public import JobsysTime

extension CronExpression {
    /// The first instant behind another that it fires at in a zone; nil if there is none in 400 years
    /// or before the year 10000.
    ///
    /// What names hours and minutes fires once for each of them: at the end of a gap if clocks jump over it, and the first
    /// time of two. What begins with `*` in either follows the clock: it fires at no time that there is not, and at both
    /// that look the same.
    ///
    /// Source: cron(8) of Debian, "Daylight Saving Time and other time changes".
    public func next(after instant: Timestamp, in zone: IANATimeZone) -> Timestamp? {
        let next = followsClock ? nextByClock(instant.seconds, zone) : nextByDate(instant.seconds, zone)
        return next.flatMap { $0 <= Timestamp.latest.seconds ? Timestamp(milliseconds: $0 * 1000) : nil }
    }

    private func nextByClock(_ second: Int64, _ zone: IANATimeZone) -> Int64? {
        let limit = second + Self.cycle * 86400
        var start = second + 1
        while start < limit {
            let period = zone.period(at: start)
            let end = min(period.end, limit)
            let match = firstMatch(
                from: (start + period.offset + 59).flooredDivision(by: 60),
                before: (end + period.offset + 59).flooredDivision(by: 60)
            )
            if let match { return match * 60 - period.offset }
            start = end
        }
        return nil
    }

    private func nextByDate(_ second: Int64, _ zone: IANATimeZone) -> Int64? {
        let local = second + zone.period(at: second).offset
        // No clock was ever set by more than a day, so what fires later reads no earlier than that.
        var start = local.flooredDivision(by: 60) - 1440
        let limit = start + Self.cycle * 1440
        while let match = firstMatch(from: start, before: limit) {
            let candidate = zone.instant(ofLocal: match * 60)
            if candidate > second { return candidate }
            start = match + 1
        }
        return nil
    }
}
