import JobsysCore
import JobsysJSON
import JobsysTestKit

/// Watches a run of the model, and says what must not be.
struct ModelAudit {
    private(set) var violations: [String] = []
    private var previous: Job?
    /// The runs that letters say have failed for good.
    private var lettered: Set<Run> = []
    /// The runs whose handler did not succeed after a stop.
    private var interrupted: Set<String> = []

    /// Holds the state after a move against the one before.
    mutating func check(_ system: ModelSystem, after move: ModelMove) {
        guard let job = system.job else { return }
        defer { previous = job }
        note(move)
        lettered.formUnion(system.letters.reasons.compactMap(\.run))
        expect(!system.hasRefusedWrongly, "a cancellation that was told that the job is over, and it was not")
        expect(job.attempts <= job.maxAttempts, "more attempts than there may be")
        expect(!system.hasRunVoidMessage, "a run for a message of another generation")
        if job.status == .succeeded {
            expect(job.result?["attempt"]?.intValue == job.attempts, "a result that is not the latest attempt's")
        }
        guard let previous, previous.generation == job.generation, previous != job else { return }
        checkAttempts(job, after: previous)
        expect(!previous.status.isFinal, "a job that changed after its end: \(previous.status) to \(job.status)")
        guard previous.status == .running, let lease = previous.lease, let expiry = lease.expiresAt,
            expiry >= system.clock.timestamp
        else { return }
        expect(job.lease?.owner == lease.owner, "a job that was taken while another's lease lasted")
        let isInHandler = system.scheduler.waiting.contains { process, call in
            call == "handler" && lease.owner.hasPrefix(process.rawValue)
        }
        expect(job.status == .running || !isInHandler, "a job that was ended under the one who runs it")
    }

    private mutating func note(_ move: ModelMove) {
        guard case .stop(let process, let end) = move, end != .succeeds, let owner = previous?.lease?.owner,
            owner.hasPrefix(process.rawValue)
        else { return }
        interrupted.insert(owner)
    }

    /// Holds a change of one generation against what must not cost, or begin, an attempt.
    private mutating func checkAttempts(_ job: Job, after previous: Job) {
        if let owner = job.lease?.owner, interrupted.contains(owner), owner == previous.lease?.owner {
            let hasFailed = job.failures.count > previous.failures.count || job.givenUpAt != previous.givenUpAt
            expect(!hasFailed, "a stop that cost an attempt")
        }
        if previous.status == .running, job.status == .pending || job.status == .retrying,
            job.failures.count == previous.failures.count
        {
            expect(job.attempts == previous.attempts - 1, "an attempt that was handed back, and counts")
        }
        guard job.attempts > previous.attempts else { return }
        expect(previous.cancelRequestedAt == nil, "a job that was to be cancelled, and ran again")
        expect(previous.givenUpAt == nil, "a job that was given up, and ran again")
        expect(Run(latestOf: previous).map(lettered.contains) != true, "a job that ran again beside its letter")
    }

    /// Holds the state when nothing more happens against what was promised.
    mutating func conclude(_ world: ModelWorld) {
        guard world.isAtRest, let job = world.system.job else {
            return expect(false, "no rest: \(world.system.job?.status.rawValue ?? "no job")")
        }
        expect(job.status.isFinal, "a job that was accepted and is \(job.status)")
        let failed = (0..<job.generation) + (job.status == .failedFinal ? [job.generation] : [])
        let incidents = Set(world.system.store.incidents.map(\.id))
        expect(
            incidents == Set(failed.map { .job(job.id, generation: $0) }),
            "incidents \(incidents) of a job that is \(job.status)"
        )
        // Whoever starts a job anew knows that it had failed.
        let latest = Incident.ID.job(job.id, generation: job.generation)
        expect(
            job.status != .failedFinal || world.system.announced.contains(latest),
            "a failure that nobody was told of"
        )
    }

    private mutating func expect(_ holds: Bool, _ violation: String) {
        if !holds, !violations.contains(violation) { violations.append(violation) }
    }
}
