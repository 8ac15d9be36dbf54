import JobsysCore
package import JobsysJSON
package import JobsysObservability

extension JobConsumer {
    /// Why the consumer makes no more progress, for `/healthz`; nil while it does.
    package var problem: String? {
        intakes.contains { $0.intake.isStuck } ? "no receive has ended for a minute" : nil
    }

    /// Throws if an intake has been paused for more than 30 seconds; for `/readyz`.
    ///
    /// - Throws: ``IntakePaused``.
    package func checkIntakes() throws {
        let pauses = longPauses
        guard !pauses.isEmpty else { return }
        throw IntakePaused(description: pauses.map { "\($0): \($1.reason)" }.joined(separator: ", "))
    }

    /// How long the longest-running job has run; zero if none runs.
    package var longestRun: Duration { runs.longest }

    /// The state for readers of `/readyz`: the types whose jobs do not start, because they failed or because operators have
    /// paused them, the queues whose intake has been paused for more than 30 seconds and why, and about how old the oldest
    /// message is that nobody had received.
    package var details: JSONObject {
        let breakers = gate.breakers().sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
        var details: JSONObject = ["breakers": .object(JSONObject(breakers))]
        let pauses = longPauses.map { name, pause in
            let seconds = JSONValue.int(Int(pause.length / .seconds(1)))
            return (name, JSONValue.object(["seconds": seconds, "reason": .string(pause.reason)]))
        }
        let pausedTypes = gate.pausedTypes
        if !pausedTypes.isEmpty { details["pausedTypes"] = .array(pausedTypes.map { .string($0) }) }
        if !pauses.isEmpty { details["paused"] = .object(JSONObject(pauses)) }
        if let backlogAge { details["backlogAgeSeconds"] = .int(Int(backlogAge / .seconds(1))) }
        return details
    }

    /// Says in what the worker says of itself how busy it is, and which types' jobs do not start because they failed.
    func describe(_ worker: inout WorkerRecord) {
        worker.busy = slots.taken
        worker.running = gate.running()
        worker.breakers = gate.breakers()
    }

    /// About how old the oldest message is that nobody had received; nil before the first receive.
    var backlogAge: Duration? { intakes.compactMap(\.intake.backlogAge).max() }

    /// Tells every intake that a job has renewed its lease.
    func noteHeartbeat() {
        for (_, intake) in intakes { intake.noteHeartbeat() }
    }

    private var longPauses: [(name: String, pause: IntakePause)] {
        intakes.compactMap { lane, intake in
            guard let pause = intake.pause, pause.length > Self.longestQuietPause else { return nil }
            return (lane.name, pause)
        }
    }

    private static let longestQuietPause: Duration = .seconds(30)
}

/// An intake has been paused for long, and the jobs of its queue wait.
package struct IntakePaused: Error, CustomStringConvertible {
    /// Which queues, and what failed first.
    package let description: String
}

extension JobConsumer: MetricsSource {
    /// Adds how many slots there are and are taken, how old the backlog is, and the types whose jobs do not start.
    package func report(to page: inout MetricsPage) {
        page.value("jobsys_worker_slots", .gauge, "Jobs that may run at once.", Double(options.concurrency))
        page.value("jobsys_worker_slots_taken", .gauge, "Jobs that run, or are about to.", Double(slots.taken))
        if let backlogAge {
            page.value(
                "jobsys_backlog_age_seconds",
                .gauge,
                "The age of the oldest message that was received last, and had not been before.",
                backlogAge / .seconds(1)
            )
        }
        page.family("jobsys_type_shut", .gauge, "Types whose jobs do not start, or one at a time, because they failed.")
        {
            family in
            for (type, state) in gate.breakers().sorted(by: { $0.key < $1.key }) {
                family.add(["type": type, "state": state], 1)
            }
        }
    }
}
