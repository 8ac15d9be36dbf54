import FoundationEssentials

/// How long and how hard the drill is; `scripts/drill` hands it over in the environment.
struct DrillOptions: Sendable {
    /// How many jobs the second part has, repeats not counted.
    var jobs = 300
    /// What the jobs, the faults and the adversaries are drawn from.
    var seed: UInt64 = 1
    /// How long each part lasts at least; the faults of the second end when all its jobs are accepted, which is as fast as the
    /// workers take them.
    var chaos: Duration = .seconds(40)
    /// How long the system may take afterwards to finish everything: a message that met a failing dependency after many
    /// receipts rests for up to 15 minutes.
    var settling: Duration = .seconds(1200)

    /// Reads `JOBSYS_DRILL_JOBS`, `JOBSYS_DRILL_SEED` and `JOBSYS_DRILL_SECONDS`.
    static func given() throws -> DrillOptions {
        var options = DrillOptions()
        options.jobs = try value("JOBSYS_DRILL_JOBS", else: options.jobs)
        options.seed = try value("JOBSYS_DRILL_SEED", else: options.seed)
        options.chaos = .seconds(try value("JOBSYS_DRILL_SECONDS", else: 40))
        return options
    }

    private static func value<Value: LosslessStringConvertible>(_ key: String, else fallback: Value) throws -> Value {
        guard let text = ProcessInfo.processInfo.environment[key], !text.isEmpty else { return fallback }
        guard let value = Value(text) else { throw HarnessError("\(key) is no number: \(text)") }
        return value
    }
}
