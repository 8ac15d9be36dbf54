import JobsysJSON

/// The workers that are there and the types of jobs, as svc-api lists them.
struct Fleet {
    let workers: [JSONValue]
    let types: [JSONValue]

    /// What there is to say about them.
    var findings: [Finding] {
        guard !workers.isEmpty else {
            return [
                .problem(
                    "workers",
                    "none is there: no job starts",
                    "Start svc-worker, or see the log of one that ends."
                )
            ]
                + pauses
        }
        return [presence] + versions + breakers + pauses + orphans
    }

    private var presence: Finding {
        let slots = workers.map { $0["slots"]?.intValue ?? 0 }.reduce(0, +)
        let busy = workers.map { $0["busy"]?.intValue ?? 0 }.reduce(0, +)
        let draining = workers.count { $0["draining"] == true }
        let text =
            "\(workers.count) there, \(busy) of \(slots) slots taken"
            + (draining > 0 ? ", \(draining) of them stopping" : "")
        guard draining < workers.count else { return .problem("workers", text, "None takes jobs: start another one.") }
        guard busy < slots else {
            return .note("workers", text, "Jobs wait for a slot: start more workers, or raise WORKER_CONCURRENCY.")
        }
        return .fine("workers", text)
    }

    private var versions: [Finding] {
        let versions = Set(workers.compactMap { $0["version"]?.stringValue }).sorted()
        guard versions.count > 1 else { return [] }
        return [
            .note(
                "workers",
                "run versions \(versions.joined(separator: " and "))",
                "That is as it should be during a deploy."
            )
        ]
    }

    private var breakers: [Finding] {
        var open: [String: Int] = [:]
        for worker in workers {
            for member in worker["breakers"]?.objectValue?.members ?? [] { open[member.key, default: 0] += 1 }
        }
        return open.sorted { $0.key < $1.key }
            .map { type, count in
                .problem(
                    "type \(type)",
                    "its jobs failed in a row and are held back in \(count) of \(workers.count) workers",
                    "What they depend on is down: jobctl incidents --type \(type) and the workers' logs have its errors."
                )
            }
    }

    private var pauses: [Finding] {
        types.filter { $0["paused"] == true }
            .map { type in
                let pause = type["pause"]
                let who = pause?["by"]?.stringValue.map { " by \($0)" } ?? ""
                let why = pause?["reason"]?.stringValue.map { ": \($0)" } ?? ""
                let name = name(of: type)
                let since = pause?["at"]?.stringValue ?? "some time"
                return .note("type \(name)", "is paused since \(since)\(who)\(why)", "jobctl resume \(name) ends that.")
            }
    }

    /// Types that were offered once, and are by nobody now.
    private var orphans: [Finding] {
        types.filter { $0["workers"] == 0 && $0["lastOfferedAt"] != nil }
            .map { type in
                let last = type["lastOfferedAt"]?.stringValue ?? ""
                return .note(
                    "type \(name(of: type))",
                    "no worker offers it, since \(last)",
                    "Its jobs wait for one; after the time that the workers' settings say they fail for good."
                )
            }
    }

    private func name(of type: JSONValue) -> String { type["type"]?.stringValue ?? "?" }
}
