import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("What a dead letter means", .quietLog)
struct DeadLetterVerdictTests {
    /// A letter about a job of generation 1 whose second attempt, by `worker`, failed; and the job as it is found.
    struct Row: CustomTestStringConvertible, Sendable {
        enum Expected: Sendable {
            case recorded
            case alreadyRecorded
            case obsolete
            case postponed
            case sentAgain
        }

        enum Letter: String, Sendable {
            case ofRun = "of the run"
            case ofNoRun = "of no run"
            case ofQueue = "of the queue itself"
        }

        var letter: Letter
        var status: JobStatus
        var generation = 1
        var attempts = 2
        var owner = "worker"
        /// When the lease ends, in milliseconds from now; nil if the run has ended.
        var lease: Int?
        var expected: Expected

        var testDescription: String {
            "\(letter.rawValue), about a job \(status), generation \(generation), attempt \(attempts) by \(owner)"
        }

        var job: Job {
            var job = Job.sample(type: "task", payload: "p")
            job.status = status
            job.generation = generation
            job.attempts = attempts
            job.lease = Job.Lease(
                owner: owner,
                messageID: "message-1",
                expiresAt: lease.map { .sample + .milliseconds($0) }
            )
            return job
        }

        func delivery(about job: Job) -> Delivery {
            var message = job.message
            message.generation = 1
            let run = Run(jobID: job.id, generation: 1, attempt: 2, owner: "worker")
            let reason = DeadLetter.Reason(
                failure: JobFailure(.network, "no route"),
                messageID: "first",
                run: letter == .ofRun ? run : nil
            )
            return Delivery(
                messageID: "m",
                receipt: "r",
                body: message.body,
                receiveCount: 1,
                deadLetterReason: letter == .ofQueue ? nil : reason
            )
        }
    }

    static let ofRun = [
        Row(letter: .ofRun, status: .running, lease: 30_000, expected: .recorded),
        Row(letter: .ofRun, status: .running, lease: -1, expected: .recorded),
        Row(letter: .ofRun, status: .running, owner: "rival", lease: 30_000, expected: .obsolete),
        Row(letter: .ofRun, status: .running, attempts: 3, owner: "rival", lease: 30_000, expected: .obsolete),
        Row(letter: .ofRun, status: .retrying, attempts: 3, owner: "rival", expected: .obsolete),
        Row(letter: .ofRun, status: .running, generation: 2, lease: 30_000, expected: .obsolete),
        Row(letter: .ofRun, status: .pending, generation: 2, attempts: 0, expected: .obsolete),
        Row(letter: .ofRun, status: .failedFinal, expected: .alreadyRecorded),
        Row(letter: .ofRun, status: .failedFinal, generation: 2, expected: .obsolete),
        Row(letter: .ofRun, status: .succeeded, attempts: 3, expected: .obsolete),
        Row(letter: .ofRun, status: .cancelled, expected: .obsolete),
    ]

    static let ofNoRun = [
        Row(letter: .ofNoRun, status: .pending, attempts: 4, expected: .recorded),
        Row(letter: .ofNoRun, status: .failedFinal, expected: .alreadyRecorded),
        Row(letter: .ofNoRun, status: .succeeded, expected: .obsolete),
    ]

    static let ofQueue = [
        Row(letter: .ofQueue, status: .running, lease: 1, expected: .postponed),
        Row(letter: .ofQueue, status: .running, attempts: 3, owner: "rival", lease: 30_000, expected: .postponed),
        Row(letter: .ofQueue, status: .running, attempts: 4, lease: 0, expected: .recorded),
        Row(letter: .ofQueue, status: .running, attempts: 4, lease: -1, expected: .recorded),
        Row(letter: .ofQueue, status: .retrying, attempts: 4, expected: .recorded),
        Row(letter: .ofQueue, status: .running, attempts: 3, lease: 0, expected: .sentAgain),
        Row(letter: .ofQueue, status: .running, lease: -1, expected: .sentAgain),
        Row(letter: .ofQueue, status: .retrying, attempts: 3, expected: .sentAgain),
        Row(letter: .ofQueue, status: .pending, attempts: 0, expected: .sentAgain),
        Row(letter: .ofQueue, status: .scheduled, attempts: 0, expected: .sentAgain),
        Row(letter: .ofQueue, status: .failedFinal, expected: .alreadyRecorded),
        Row(letter: .ofQueue, status: .succeeded, expected: .obsolete),
        Row(letter: .ofQueue, status: .cancelled, expected: .obsolete),
        Row(letter: .ofQueue, status: .pending, generation: 0, expected: .obsolete),
        Row(letter: .ofQueue, status: .pending, generation: 2, expected: .obsolete),
    ]

    @Test(
        "A letter holds for its generation and its run, never against a live lease or attempts that are left",
        arguments: ofRun + ofNoRun + ofQueue
    )
    func verdict(row: Row) async throws {
        let store = InMemoryJobStore()
        let queue = InMemoryJobQueue(clock: ManualClock(epoch: .sample))
        let job = row.job
        store.put(job)
        let recorder = DeadLetterRecorder(store: store, queue: queue, now: { .sample })
        let delivery = row.delivery(about: job)
        switch row.expected {
        case .postponed:
            let postponed = try await #require(throws: DeadLetterRecorder.Postponed.self) {
                try await recorder.record(delivery)
            }
            #expect("\(postponed)".hasPrefix("the job is being run under a lease until 2025-11-21T"))
        case .recorded:
            _ = try await recorder.record(delivery)
            #expect(try await store.job(job.id)?.status == .failedFinal)
            #expect(store.incidents.map(\.id) == [.job(job.id, generation: 1)])
        case .alreadyRecorded:
            #expect(try await recorder.record(delivery) == .alreadyRecorded)
        case .obsolete:
            #expect(try await recorder.record(delivery) == .obsolete)
        case .sentAgain:
            #expect(try await recorder.record(delivery) == .sentAgain)
        }
        #expect(queue.bodies == (row.expected == .sentAgain ? [job.message.body] : []))
        if row.expected != .recorded {
            #expect(store.jobs == [job])
            #expect(store.incidents == [])
        }
    }

    @Test(
        "A letter of the queue itself speaks of the latest failure, if there was one",
        arguments: [
            (
                nil,
                JobFailure(.unknown, "the queue gave the message up after too many receipts without an end")
            ),
            (
                JobFailure(.network, "no route"),
                JobFailure(
                    .network,
                    "the queue gave the message up after too many receipts without an end; "
                        + "the latest failure was NETWORK: no route"
                )
            ),
        ] as [(JobFailure?, JobFailure)]
    )
    func lastWords(latest: JobFailure?, expected: JobFailure) async throws {
        let row = Row(letter: .ofQueue, status: .retrying, attempts: 4, expected: .recorded)
        let queue = InMemoryJobQueue(clock: ManualClock(epoch: .sample))
        var job = row.job
        job.error = latest.map { Job.RecordedFailure($0, at: .sample + .seconds(-9)) }
        let store = InMemoryJobStore()
        store.put(job)
        _ = try await DeadLetterRecorder(store: store, queue: queue, now: { .sample }).record(row.delivery(about: job))
        #expect(store.incidents.map(\.failure) == [Job.RecordedFailure(expected, at: .sample)])
        #expect(store.jobs.map(\.error) == [Job.RecordedFailure(expected, at: .sample)])
    }
}
