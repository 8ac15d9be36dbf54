import Glibc

/// Tells the time of day of an instant.
struct WallClock {
    private let start = Instant.now
    private let startOfDay: Int = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }()

    /// Milliseconds since 1970.
    func milliseconds(of instant: Instant) -> String {
        String((startOfDay + instant.microseconds - start.microseconds) / 1000)
    }
}
