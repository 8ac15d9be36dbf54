import Glibc

/// Microseconds of a clock that nobody sets.
struct Instant: Comparable, Hashable {
    var microseconds: Int

    static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(microseconds: time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
    }

    static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    static func + (instant: Instant, seconds: Int) -> Instant {
        Instant(microseconds: instant.microseconds + seconds * 1_000_000)
    }

    /// The time until then in milliseconds, rounded up, for `epoll_wait`.
    func millisecondsLeft(at now: Instant) -> Int32 {
        Int32(clamping: max(0, microseconds - now.microseconds + 999) / 1000)
    }
}
