import JobsysObservability
public import JobsysTime
import Logging

/// Records what failed for good: the last step of a job that could not be done.
public struct DeadLetterRecorder: Sendable {
    private let store: any FailureStore
    private let queue: any JobSender
    private let policy: JobPolicy
    private let workflows: WorkflowEngine?
    private let figures: FigureCounter?
    private let now: @Sendable () -> Timestamp

    /// Makes a recorder.
    ///
    /// - Parameters:
    ///   - store: Where the jobs and the incidents are.
    ///   - queue: Where the message of a job goes that has attempts left after all.
    ///   - policy: How long failed jobs and their incidents are kept, and how long a letter waits that only a newer
    ///     version can read.
    ///   - workflows: What carries workflows on when a member of one has failed.
    ///   - figures: Is told of jobs that have failed for good.
    ///   - now: The wall clock.
    public init(
        store: any FailureStore,
        queue: any JobSender,
        policy: JobPolicy = .standard,
        workflows: WorkflowEngine? = nil,
        figures: FigureCounter? = nil,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.queue = queue
        self.policy = policy
        self.workflows = workflows
        self.figures = figures
        self.now = now
    }

    /// What became of a dead letter.
    ///
    /// In every case its message is done with.
    public enum Outcome: Sendable, Hashable {
        /// The job is failed for good now, and the incident is there, of which people have to be told.
        case recorded(Incident)
        /// It was recorded before, and people were told: the letter came twice.
        case alreadyRecorded
        /// The job has moved on since: the letter is void.
        case obsolete
        /// The queue had lost patience, not the job: its message was sent again.
        case sentAgain
    }

    /// Records a dead letter.
    ///
    /// Doing it twice changes nothing. An incident counts as new until it is announced: if whoever recorded it has died
    /// since, the letter comes again.
    ///
    /// - Throws: ``DependencyError``, or ``Postponed``: the letter must be delivered again later.
    public func record(_ delivery: Delivery) async throws -> Outcome {
        let message: JobMessage
        do {
            message = try JobMessage(body: delivery.body)
        } catch {
            if case .newer(let text) = error { try waitForNewerVersion(delivery, text) }
            return try await recordStray(delivery, failure: error.failure)
        }
        return try await withLogger(mergingMetadata: message.logMetadata) { _ in
            try await record(message, from: delivery)
        }
    }

    /// Notes that people have been told of an incident, so that a letter that comes again is no news.
    ///
    /// - Throws: ``DependencyError``; a letter that comes again has them told again then.
    public func noteAnnounced(_ incident: Incident) async throws {
        CrashPoint.afterAnnouncement.reached()
        try await store.noteAnnounced(incident.id, at: now())
    }

    /// A letter whose job is being run right now, or changes all the time, or whose incident is being announced.
    public struct Postponed: Error, Sendable, CustomStringConvertible {
        /// Why it must wait.
        public let description: String
    }

    private func record(_ message: JobMessage, from delivery: Delivery) async throws -> Outcome {
        do {
            return try await recordJob(message, from: delivery)
        } catch let error as UnreadableRecord {
            if error.isNewer { try waitForNewerVersion(delivery, error.description) }
            let failure = JobFailure(.unknown, "the job's record cannot be read: \(error)")
            return try await recordStray(delivery, failure: failure)
        } catch let error as DependencyError where error.refusesRequest {
            let failure = JobFailure(.system, "the store refuses what the job's record would become: \(error)")
            return try await recordStray(delivery, failure: failure)
        }
    }

    private func recordJob(_ message: JobMessage, from delivery: Delivery) async throws -> Outcome {
        // A few times, because the job may change between the reading and the write.
        for _ in 0..<3 {
            guard var job = try await store.job(message.jobID) else {
                let failure = JobFailure(.unknown, "the message names a job that is not recorded")
                return try await recordStray(delivery, failure: failure)
            }
            guard job.generation != message.generation || job.payloadHash == message.payloadHash else {
                let failure = JobFailure(.validation, "the message was made for another payload than the job has")
                return try await recordStray(delivery, failure: failure)
            }
            let instant = now()
            switch verdict(on: job, message: message, delivery: delivery, at: instant) {
            case .alreadyRecorded:
                try await workflows?.ended(job)
                return try await outcome(ofRepeated: .job(job.id, generation: job.generation))
            case .obsolete: return .obsolete
            case .postponed(let reason): throw Postponed(description: reason)
            case .unfinished:
                try await queue.sendAgain(job, trace: delivery.trace)
                CrashPoint.afterResend.reached()
                return .sentAgain
            case .failed(let failure):
                // A worker that has claimed the job has noted in its record what is not to be shown.
                if job.lease == nil { job.sensitive += try await store.sensitiveFields(ofType: job.type) }
                let incident = Incident(of: job, failure: Job.RecordedFailure(failure, at: instant))
                let expiry = job.workflow?.keepUntil ?? instant + policy.retention
                if try await store.fail(job, with: incident, expiresAt: expiry) == .written {
                    let failure = Figure.failure(incident.failure.errorClass.known)
                    figures?.note(.event(.failed), failure, of: job.type, at: instant)
                    CrashPoint.afterFail.reached()
                    try await carryOn(job)
                    log(incident)
                    return .recorded(incident)
                }
            }
        }
        throw Postponed(description: "the job changed at every try to record its failure")
    }

    /// Carries a workflow on whose member has failed; a letter that comes again has it done if this fails.
    private func carryOn(_ job: Job) async throws {
        guard job.workflow != nil, let workflows else { return }
        var failed = job
        failed.status = .failedFinal
        try await workflows.ended(failed)
    }

    /// Leaves a letter that only a newer version can read to such a one for a while, unless a worker has given it up.
    private func waitForNewerVersion(_ delivery: Delivery, _ finding: String) throws(Postponed) {
        guard delivery.deadLetterReason == nil, let sentAt = delivery.sentAt,
            now().duration(since: sentAt) <= policy.patience.unknown
        else { return }
        throw Postponed(description: finding)
    }

    /// Records the incident of a message by itself; what a worker found out about it goes before what is found here.
    private func recordStray(_ delivery: Delivery, failure: JobFailure) async throws -> Outcome {
        let instant = now()
        let recorded = Job.RecordedFailure(delivery.deadLetterReason?.failure ?? failure, at: instant)
        let incident = Incident(ofStray: delivery, failure: recorded)
        guard try await store.record(incident, expiresAt: instant + policy.retention) == .written else {
            return try await outcome(ofRepeated: incident.id)
        }
        log(incident)
        return .recorded(incident)
    }

    /// A letter comes again whose incident is there; who recorded it may have died before anybody was told.
    private func outcome(ofRepeated id: Incident.ID) async throws -> Outcome {
        let found: Incident?
        do {
            found = try await store.incident(id)
        } catch is UnreadableRecord {
            // A newer version has recorded it, and has told of it.
            return .alreadyRecorded
        }
        guard let incident = found, incident.announcedAt == nil else { return .alreadyRecorded }
        guard incident.failure.at + Self.longestAnnouncement <= now() else {
            throw Postponed(description: "the incident is being announced")
        }
        log(incident)
        return .recorded(incident)
    }

    /// How long it may take to tell everybody: three tries of five seconds and the pauses between them, and as much again.
    ///
    /// Less than a letter stays hidden, so that one that comes again after a crash need not come a third time.
    private static let longestAnnouncement: Duration = .seconds(45)

    private func log(_ incident: Incident) {
        var metadata: Logger.Metadata = [
            "error.class": "\(incident.failure.errorClass.rawValue)", "error.message": "\(incident.failure.message)",
            "job.attempt": "\(incident.attempts)",
        ]
        if let type = incident.jobType {
            metadata["job.type"] = "\(type)"
        }
        Logger.current.error("job failed for good", metadata: metadata)
    }
}

extension JobMessage {
    fileprivate var logMetadata: Logger.Metadata {
        ["jobId": "\(jobID)", "traceId": "\(traceID)"]
    }
}
