import FoundationEssentials
import JobsysJSON

/// When jobs could start, and when they did.
///
/// A job can start from its submission on, or as long after it as its client asked for; after a failed attempt when the backoff
/// is over, and after one that a stop has interrupted when the worker has handed it back; and with an ordering key not before the
/// job before it has ended. Attempts are known from the workers' logs, all but the latest, which the record has.
struct StartDelays: Sendable {
    /// The end of an attempt that was followed by another.
    private struct Attempt {
        let start: Date
        /// From when on the next one could start.
        let next: Date
    }

    /// How many starts there were.
    private(set) var starts = 0
    /// The longest delay, in seconds.
    private(set) var longest: TimeInterval = 0
    /// The jobs that started later than they may.
    private(set) var violations: [String] = []

    /// Looks at jobs, which must be in the order of their submission, by what the table says about them, and all workers that
    /// ran meanwhile; the limit is in seconds.
    init(of orders: [JobOrder], in audit: Audit, workers: [ServiceProcess], limit: TimeInterval) throws {
        let attempts = Self.attempts(workers.flatMap(\.log))
        var predecessorsEnds: [String: Date] = [:]
        for order in orders {
            guard let id = audit.tickets[order.number], let record = audit.snapshot.jobs[id] else { continue }
            var ready = try date(record["createdAt"]).addingTimeInterval(Double(order.delaySeconds ?? 0))
            if let key = order.orderingKey {
                ready = max(ready, predecessorsEnds[key] ?? ready)
                predecessorsEnds[key] = try date(record["finishedAt"] ?? record["updatedAt"])
            }
            for attempt in attempts[id] ?? [] {
                note(attempt.start.timeIntervalSince(ready), of: order, id, limit)
                ready = attempt.next
            }
            if let start = record["startedAt"] {
                note(try date(start).timeIntervalSince(ready), of: order, id, limit)
            } else {
                violations.append("\(order.idempotencyKey) \(id): never started; \(record.summary)")
            }
        }
    }

    private mutating func note(_ delay: TimeInterval, of order: JobOrder, _ id: String, _ limit: TimeInterval) {
        starts += 1
        longest = max(longest, delay)
        guard delay > limit else { return }
        let key = order.orderingKey.map { ", key \($0)" } ?? ""
        violations.append("\(order.idempotencyKey) \(id): started \(Int(delay * 1000)) ms after it could\(key)")
    }

    /// The attempts of each job that were followed by another, in their order.
    private static func attempts(_ log: [LogLine]) -> [String: [Attempt]] {
        var attempts: [String: [Attempt]] = [:]
        for line in log where ["attempt failed", "job handed back"].contains(line.message) {
            guard let id = line["jobId"], let length = line.number("job.durationMs") else { continue }
            let pause = line.number("retry.delayMs") ?? 0
            let attempt = Attempt(
                start: line.time.addingTimeInterval(-length / 1000),
                next: line.time.addingTimeInterval(pause / 1000)
            )
            attempts[id, default: []].append(attempt)
        }
        return attempts.mapValues { $0.sorted { $0.start < $1.start } }
    }

    private func date(_ text: String?) throws -> Date {
        guard let text else { throw HarnessError("a record of a job that has ended lacks a time") }
        return try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
