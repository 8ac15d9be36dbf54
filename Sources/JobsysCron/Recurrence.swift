public import JobsysTime

/// The instants at which something happens again and again.
public struct Recurrence: Sendable {
    /// What tells them.
    public enum Rule: Sendable, Hashable {
        /// A cron expression.
        case cron(CronExpression)
        /// An interval: the instants are its multiples since 1970-01-01T00:00:00Z, whatever the zone.
        case every(Duration)
    }

    /// What tells them.
    public let rule: Rule
    /// The zone that a cron expression is read in.
    public let zone: IANATimeZone

    /// The intervals that there may be.
    public static let intervals = Duration.seconds(1)...Duration.seconds(366 * 86400)

    /// Makes the recurrence of a cron expression.
    ///
    /// - Throws: An error if it never fires in this zone.
    public init(cron expression: CronExpression, in zone: IANATimeZone) throws(TimingError) {
        rule = .cron(expression)
        self.zone = zone
        guard expression.next(after: Self.anyInstant, in: zone) != nil else {
            throw TimingError(.cron, "the expression never fires in \(zone.name): clocks never show such a time")
        }
    }

    /// Makes the recurrence of an interval.
    ///
    /// - Parameters:
    ///   - interval: A whole number and a unit, `s`, `m`, `h` or `d`, such as `15m`.
    ///   - zone: Is kept, and changes nothing.
    /// - Throws: An error for what is no interval, or too short or too long.
    public init(every interval: String, in zone: IANATimeZone = .utc) throws(TimingError) {
        guard let duration = Duration.parsing(interval), Self.intervals.contains(duration) else {
            let shown = interval.count > 20 ? "\(interval.prefix(20))…" : interval
            throw TimingError(
                .every,
                "\"\(shown)\" is no interval; expected a whole number and s, m, h or d, such as 15m, from 1s to 366d"
            )
        }
        rule = .every(duration)
        self.zone = zone
    }

    /// The first instant behind another; nil if there is none before the year 10000.
    public func next(after instant: Timestamp) -> Timestamp? {
        switch rule {
        case .cron(let expression):
            return expression.next(after: instant, in: zone)
        case .every(let interval):
            let length = interval.components.seconds * 1000
            let next = (instant.milliseconds.flooredDivision(by: length) + 1) * length
            return next <= Timestamp.latest.milliseconds ? Timestamp(milliseconds: next) : nil
        }
    }

    /// The first instants behind another, in their order.
    public func next(_ count: Int, after instant: Timestamp) -> [Timestamp] {
        var instants: [Timestamp] = []
        while instants.count < count, let next = next(after: instants.last ?? instant) { instants.append(next) }
        return instants
    }

    /// What fires at all fires behind this one, for the calendar comes again.
    private static let anyInstant = Timestamp(milliseconds: 1_735_689_600_000)
}

/// Why no times can be told by an expression, an interval or a zone.
///
/// The text says what is wrong, where, and what was expected instead.
public struct TimingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which part of a schedule is wrong.
    public enum Part: String, Sendable, Hashable {
        /// The cron expression.
        case cron
        /// The interval.
        case every
        /// The time zone.
        case timeZone
    }

    /// Which part is wrong.
    public let part: Part
    /// What is wrong, where, and what was expected.
    public let description: String

    /// Makes an error.
    public init(_ part: Part, _ description: String) {
        self.part = part
        self.description = description
    }
}
