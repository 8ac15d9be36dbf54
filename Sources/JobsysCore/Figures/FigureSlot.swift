public import JobsysTime

/// A minute or an hour, for which it is added up what happened.
public struct FigureSlot: Sendable, Hashable, Comparable {
    /// How long a slot is.
    public enum Length: Int64, Sendable, Hashable, CaseIterable {
        /// A minute.
        case minute = 60
        /// An hour, as UTC has it.
        case hour = 3600

        /// The length in time.
        public var duration: Duration { .seconds(rawValue) }
    }

    /// How long it is.
    public let length: Length
    /// When it begins.
    public let start: Timestamp

    /// Makes the slot that an instant is in.
    public init(_ length: Length, of instant: Timestamp) {
        self.length = length
        let seconds = instant.seconds
        start = Timestamp(milliseconds: (seconds - seconds % length.rawValue) * 1000)
    }

    /// When the next one begins.
    public var end: Timestamp { start + length.duration }

    /// A name that no other slot has, such as `2026-11-29T09:16` or `2026-11-29T09`.
    public var name: String { String(start.description.prefix(length == .minute ? 16 : 13)) }

    /// So many slots, oldest first, of which the last one is that of an instant.
    public static func last(_ count: Int, _ length: Length, until instant: Timestamp) -> [FigureSlot] {
        (0..<count).reversed().map { FigureSlot(length, of: instant + (.zero - length.duration * $0)) }
    }

    /// Earlier ones first.
    public static func < (left: FigureSlot, right: FigureSlot) -> Bool {
        (left.start, left.length.rawValue) < (right.start, right.length.rawValue)
    }
}

/// One thing that is counted of jobs of a type.
public enum Figure: Sendable, Hashable {
    /// Something that happens to a job.
    public enum Event: String, Sendable, Hashable, CaseIterable {
        /// It was recorded: a new job.
        case accepted
        /// An attempt began.
        case started
        /// It was done.
        case succeeded
        /// An attempt failed, and there will be another one.
        case retried
        /// It failed for good.
        case failed
        /// It was cancelled.
        case cancelled
        /// Somebody had it start anew.
        case redriven
    }

    /// How often something happened.
    case event(Event)
    /// How many failed for good with an error of this class.
    case failure(ErrorClass)
    /// How many attempts ended that took up to so many milliseconds, and more than the next lower bound.
    case run(upTo: Int)
    /// How many jobs waited for their first attempt for up to so many milliseconds, a delay that was asked for included.
    case wait(upTo: Int)

    /// The upper bounds of the ranges of times, in milliseconds; above the last one there is ``unbounded``.
    public static let bounds = [
        10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
    ]
    /// The bound of what is longer than all others.
    public static let unbounded = Int.max

    /// The figure of an attempt that took so long.
    public static func run(_ duration: Duration) -> Figure { .run(upTo: bound(of: duration)) }

    /// The figure of a job that waited so long.
    public static func wait(_ duration: Duration) -> Figure { .wait(upTo: bound(of: duration)) }

    private static func bound(of duration: Duration) -> Int {
        bounds.first { duration <= .milliseconds($0) } ?? unbounded
    }
}
