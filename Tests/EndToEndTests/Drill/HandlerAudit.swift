import JobsysJSON

/// Holds what programs and the endpoint saw, and what the workers logged, against the scripts and the table.
struct HandlerAudit: Sendable {
    private let jobs: [(script: HandlerScript, id: String, record: TableSnapshot.Record)]
    private let scripts: [String: HandlerScript]
    private let requests: [JSONValue]
    private let calls: [JSONValue]
    private let programs: [ProgramStart]
    private let log: [LogLine]

    init(_ audit: Audit, events: [JSONValue], programs: [ProgramStart], workers: [ServiceProcess]) {
        jobs = audit.found.compactMap { order, id, record in
            guard case .script(let script) = order.expectation else { return nil }
            return (script, id, record)
        }
        scripts = Dictionary(jobs.map { ($0.id, $0.script) }) { $1 }
        requests = events.filter { $0["event"] == "request" }
        calls = events.filter { $0["event"] == "call" }
        self.programs = programs
        log = workers.flatMap(\.log).filter { [scripts] line in line["jobId"].map { scripts[$0] != nil } ?? false }
    }

    /// Adds the checks; so many attempts may have been lost with their workers.
    func check(lostAtMost: Int, into report: inout DrillReport) {
        report.count("jobs that programs or the endpoint run", jobs.count)
        report.check("every attempt failed as its step makes it", cases: failures.count, wrongFailures)
        report.check("no attempt at such a job was recorded twice", cases: jobs.count, repeats)
        let lost = jobs.map { ($0.id, Self.lostAttempts($0.record)) }.filter { $0.1 != 0 }
        let sum = lost.map(\.1).reduce(0, +)
        report.count("attempts lost with a worker", sum)
        report.check(
            "every attempt was recorded, or lost with a worker",
            cases: jobs.count,
            lost.filter { $0.1 < 0 }.map { "\($0.0): \(-$0.1) failures more than attempts" }
                + (sum > lostAtMost ? ["\(sum) were lost, and no more than \(lostAtMost) can have been"] : [])
        )
        report.check("no attempt was begun more often than it was handed out", cases: begun.count, surplus)
        report.check("every request was signed, and had the job's id", cases: requests.count, unsigned)
        report.check("what an endpoint says of a run counts once", cases: calls.count, wrongCalls)
    }

    /// How many attempts have left no trace in the record; negative if failures were recorded twice.
    private static func lostAttempts(_ record: TableSnapshot.Record) -> Int {
        record.isFinal ? (record.number("attempts") ?? 0) - 1 - record.failures : 0
    }

    private var failures: [LogLine] { log.filter { $0.message == "attempt failed" } }

    private var wrongFailures: [String] {
        failures.compactMap { line in
            guard let job = line["jobId"], let script = scripts[job],
                let attempt = line["job.attempt"].flatMap({ Int($0) })
            else { return "\(line)" }
            let (found, message) = (line["error.class"] ?? "", line["error.message"] ?? "")
            guard found != script.errorClass(attempt), !script.isExcused(found, message) else { return nil }
            return "\(job): attempt \(attempt), \(script.step(attempt)), failed with \(found): \(message)"
        }
    }

    /// The attempts that more than one line of the workers' logs says the end of.
    private var repeats: [String] {
        let ends = log.filter { ["attempt failed", "job succeeded"].contains($0.message) }
            .map { "\($0["jobId"] ?? ""), attempt \($0["job.attempt"] ?? "")" }
        return Dictionary(ends.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }
            .map { "\($0.key): \($0.value) ends" }
    }

    /// How often each attempt was begun.
    private var begun: [Attempt: Int] {
        let all =
            programs.map { Attempt(job: $0.job, number: $0.attempt) }
            + requests.map { Attempt(job: $0["job"]?.stringValue ?? "", number: $0["attempt"]?.intValue ?? 0) }
        return Dictionary(all.map { ($0, 1) }, uniquingKeysWith: +)
    }

    private struct Attempt: Hashable {
        let job: String
        let number: Int
    }

    private var surplus: [String] {
        let returns = Dictionary(
            log.filter { $0.message == "job handed back" }.map { ($0["jobId"] ?? "", 1) },
            uniquingKeysWith: +
        )
        let records = Dictionary(jobs.map { ($0.id, $0.record) }) { $1 }
        return begun.compactMap { attempt, count in
            guard let script = scripts[attempt.job], let record = records[attempt.job] else { return nil }
            let most = (1 + returns[attempt.job, default: 0]) * (script.maySeeTwice ? 2 : 1)
            let last = record.number("attempts") ?? 0
            guard count > most || attempt.number > last else { return nil }
            return
                "\(attempt.job): attempt \(attempt.number) of \(last), \(script.step(attempt.number)), begun \(count) times"
        }
    }

    private var unsigned: [String] {
        requests.filter { request in
            request["signed"] != true || request["id"]?.stringValue != request["job"]?.stringValue.map { "\($0)-0" }
        }
        .map(\.serializedString)
    }

    /// Ends that were taken beside another of the same run, and ends of runs that had been given up.
    private var wrongCalls: [String] {
        let taken = calls.filter { $0["status"] == 204 }
        let verbs = Dictionary(grouping: taken) { $0["url"]?.stringValue ?? "" }
        let both = verbs.filter { Set($0.value.compactMap { $0["verb"]?.stringValue }).count > 1 }
            .map { "\($0.key): taken as complete and as failed" }
        let records = Dictionary(jobs.map { ($0.id, $0.record) }) { $1 }
        let stale = taken.filter { call in
            guard call["stale"] == true, let record = call["job"]?.stringValue.flatMap({ records[$0] }) else {
                return false
            }
            // A worker that stood still meanwhile had not given the run up.
            return record.result?["attempt"] != -2
        }
        let strange = calls.filter { call in
            ![0, 200, 204, 404, 409].contains(call["status"]?.intValue ?? -1)
        }
        return both + (stale + strange).map(\.serializedString)
    }
}

extension HandlerScript {
    /// What is wrong with how a job ended; nil if nothing is, or if it has not.
    func problem(with record: TableSnapshot.Record, of order: JobOrder) -> String? {
        let attempts = record.number("attempts") ?? 0
        let end = errorClass(attempts)
        switch record.status {
        case "SUCCEEDED":
            let result = record.result?["attempt"]?.intValue
            if step(attempts) == "silent", result == -2 { return nil }
            return end == nil && result == attempts ? nil : "\(step(attempts)): result \(record["result"] ?? "")"
        case "FAILED_FINAL":
            if end == "VALIDATION", record.errorClass == end { return nil }
            // The last attempt may have been lost with its worker, or with the endpoint.
            return attempts == order.maxAttempts && record.errorClass != "VALIDATION"
                ? nil : "\(step(attempts)): \(record.summary)"
        case "CANCELLED":
            return record.summary
        default:
            return nil
        }
    }
}

extension ScriptedHandlers {
    /// Adds what happened to jobs that programs and the endpoint ran, and all checks of them.
    func check(_ audit: Audit, on deployment: Deployment, _ fleet: Fleet, into report: inout DrillReport) async throws {
        for (name, count) in counts { report.count(name, count) }
        report.count("programs started", programs.count)
        let workers = deployment.started.filter { $0.service == .worker }
        let struck = await fleet.counts
        let ends = struck[.kill, default: 0] + struck[.freeze, default: 0] + (await fleet.crashes)
        HandlerAudit(audit, events: events, programs: programs, workers: workers)
            .check(lostAtMost: ends * Self.slots, into: &report)
        try await checkProcesses(of: deployment, into: &report)
    }

    /// How many jobs a worker runs at once by default.
    private static let slots = 16
}
