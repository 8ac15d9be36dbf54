public import JobsysTime

/// Why a job that is to run does not run yet, as far as its record and the directory tell: the first thing in its way.
public struct Waiting: Sendable, Hashable {
    /// What kind of reason it is.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// It waits for other members of its workflow, or for room among them.
        case workflow
        /// It is to start later.
        case scheduled
        /// Its last attempt has failed, and the next one starts later.
        case retrying
        /// Operators have paused its type.
        case paused
        /// No worker that is there offers its type.
        case noWorker
        /// Every worker that offers its type has a breaker open, because jobs of the type failed in a row.
        case breakerOpen
        /// Every worker that offers its type runs as many of its jobs as operators allow.
        case concurrency
        /// Operators allow no more than so many starts of its type in a second.
        case rateLimited
        /// It is in the queue: behind others, or about to start.
        case queued
    }

    /// What kind of reason it is.
    public var reason: Reason
    /// The reason in words.
    public var detail: String
    /// When that ends, where it is known.
    public var until: Timestamp?

    /// Makes a reason.
    public init(_ reason: Reason, _ detail: String, until: Timestamp? = nil) {
        self.reason = reason
        self.detail = detail
        self.until = until
    }

    /// Says why a job does not run; nil if it runs, or is over.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - directory: What is known of workers and types; nil if nothing is, and then the record alone counts.
    ///   - now: The wall clock.
    public init?(of job: Job, in directory: DirectorySnapshot?, at now: Timestamp) {
        switch job.status {
        case .scheduled, .pending, .retrying: break
        case .waiting:
            let count = job.workflow?.dependencies ?? 0
            let members = count == 1 ? "another member" : "\(count) other members"
            let detail = count == 0 ? "It waits for room in its workflow." : "It waits for \(members) of its workflow."
            self.init(.workflow, detail)
            return
        case .running, .succeeded, .failedFinal, .cancelled: return nil
        }
        let answer =
            Waiting(untilStartOf: job, at: now)
            ?? directory.flatMap { Waiting(inWayOf: job.type, in: $0) }
            ?? .queued(job, in: directory)
        self = answer
    }

    private init?(untilStartOf job: Job, at now: Timestamp) {
        guard let start = job.runAt, start > now else { return nil }
        guard job.status == .retrying else {
            self.init(.scheduled, "It is to start at \(start).", until: start)
            return
        }
        let failure = job.error.map { " failed with \($0.errorClass.rawValue)" } ?? " failed"
        let attempt = "Attempt \(job.attempts) of \(job.maxAttempts)\(failure)"
        self.init(.retrying, "\(attempt); the next one may start at \(start).", until: start)
    }

    private init?(inWayOf type: String, in directory: DirectorySnapshot) {
        let limits = directory.types[type]?.limits ?? TypeLimits()
        if let pause = directory.types[type]?.pause {
            let by = pause.by.map { " by \($0)" } ?? ""
            let reason = pause.reason.map { ": \($0)" } ?? "."
            self.init(.paused, "Jobs of type \(type) were paused at \(pause.at)\(by)\(reason)")
            return
        }
        let offering = directory.workers(offering: type)
        let workers = offering.filter { !$0.isDraining }
        guard !workers.isEmpty else {
            let rest =
                offering.isEmpty ? "" : " but \(offering.count) that \(offering.count == 1 ? "is" : "are") stopping"
            self.init(.noWorker, "No worker offers type \(type)\(rest).")
            return
        }
        if workers.allSatisfy({ $0.breakers[type] != nil }) {
            let whom = workers.count == 1 ? "the worker that offers it" : "all \(workers.count) workers that offer it"
            self.init(.breakerOpen, "Jobs of type \(type) failed in a row, and \(whom) tried one at a time since.")
        } else if let limit = limits.concurrency, workers.allSatisfy({ $0.running[type] ?? 0 >= limit }) {
            self.init(.concurrency, "Every worker runs the \(limit) jobs of type \(type) that it may run at once.")
        } else if let limit = limits.rate {
            self.init(.rateLimited, "Every worker starts \(limit) jobs of type \(type) in a second at most.")
        } else {
            return nil
        }
    }

    /// It is in the queue, and what is known of who will take it from there.
    private static func queued(_ job: Job, in directory: DirectorySnapshot?) -> Waiting {
        let order = job.orderingKey == nil ? "" : ", or for earlier jobs of its ordering key"
        guard let workers = directory?.workers(offering: job.type).filter({ !$0.isDraining }) else {
            return Waiting(.queued, "It waits for a worker\(order); nothing is known of those that there are.")
        }
        let slots = workers.reduce(0) { $0 + $1.slots }
        let free = workers.reduce(0) { $0 + max(0, $1.slots - $1.busy) }
        let count =
            "\(workers.count) worker\(workers.count == 1 ? "" : "s") that offer\(workers.count == 1 ? "s" : "") its type"
        return Waiting(.queued, "It waits in the queue\(order): \(free) of \(slots) slots are free in the \(count).")
    }
}
