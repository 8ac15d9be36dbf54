import Glibc

/// CPU and wall-clock time that were used, since any moment.
struct Usage {
    private var cpu: Duration
    private var wall: Duration

    private static let start = ContinuousClock.now

    /// What this process has used so far.
    static func now() -> Usage {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return Usage(cpu: Duration(usage.ru_utime) + Duration(usage.ru_stime), wall: start.duration(to: .now))
    }

    static func - (later: Usage, earlier: Usage) -> Usage {
        Usage(cpu: later.cpu - earlier.cpu, wall: later.wall - earlier.wall)
    }

    /// Microseconds of CPU per request, and requests per second.
    func line(per count: Int) -> String {
        let hundredths = Int((cpu / .microseconds(1) / Double(count) * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) \(Int(Double(count) / (wall / .seconds(1))))"
    }
}

extension Duration {
    fileprivate init(_ time: timeval) {
        self = .seconds(time.tv_sec) + .microseconds(time.tv_usec)
    }
}
