import JobsysCore
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Why a job waits")
struct WaitingTests {
    private static let later = Timestamp.sample + .seconds(60)

    /// What a case changes of a job of type `http`, a worker with one slot of two taken, and the type.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let expected: Waiting
        let change: @Sendable (inout Job, inout [WorkerRecord], inout TypeRecord) -> Void

        init(
            _ reason: Waiting.Reason,
            _ detail: String,
            until: Timestamp? = nil,
            _ change: @escaping @Sendable (inout Job, inout [WorkerRecord], inout TypeRecord) -> Void
        ) {
            testDescription = detail
            expected = Waiting(reason, detail, until: until)
            self.change = change
        }
    }

    @Test(
        "is said by the first thing in its way",
        arguments: [
            Case(.scheduled, "It is to start at \(later).", until: later) { job, _, type in
                (job.status, job.runAt) = (.scheduled, later)
                type.pause = TypePause(at: .sample)
            },
            Case(.scheduled, "It is to start at \(later).", until: later) { job, _, _ in job.runAt = later },
            Case(
                .retrying,
                "Attempt 1 of 4 failed with NETWORK; the next one may start at \(later).",
                until: later
            ) { job, workers, _ in
                (job.status, job.attempts, job.runAt) = (.retrying, 1, later)
                job.error = Job.RecordedFailure(errorClass: .network, message: "away", at: .sample)
                workers = []
            },
            Case(.paused, "Jobs of type http were paused at \(Timestamp.sample).") { job, workers, type in
                (job.status, job.attempts, job.runAt) = (.retrying, 1, .sample)
                type.pause = TypePause(at: .sample)
                workers = []
            },
            Case(.noWorker, "No worker offers type http.") { _, workers, _ in workers = [.sample(types: ["zip"])] },
            Case(.noWorker, "No worker offers type http but 1 that is stopping.") { _, workers, _ in
                workers[0].isDraining = true
            },
            Case(
                .breakerOpen,
                "Jobs of type http failed in a row, and the worker that offers it tried one at a time since."
            ) { _, workers, _ in workers[0].breakers = ["http": "open"] },
            Case(.concurrency, "Every worker runs the 1 jobs of type http that it may run at once.") {
                _,
                workers,
                type in
                type.limits = TypeLimits(rate: 5, concurrency: 1)
                workers[0].running = ["http": 1]
            },
            Case(.rateLimited, "Every worker starts 5 jobs of type http in a second at most.") { _, _, type in
                type.limits = TypeLimits(rate: 5, concurrency: 2)
            },
            Case(.queued, "It waits in the queue: 1 of 2 slots are free in the 1 worker that offers its type.") {
                _,
                workers,
                _ in
                workers.append(.sample("two", types: ["zip"]))
                workers[0].breakers = ["zip": "open"]
            },
            Case(
                .queued,
                "It waits in the queue, or for earlier jobs of its ordering key: "
                    + "1 of 4 slots are free in the 2 workers that offer its type."
            ) { job, workers, _ in
                job.orderingKey = "a"
                workers[0].breakers = ["http": "open"]
                var other = WorkerRecord.sample("two", slots: 2)
                other.busy = 2
                workers.append(other)
            },
        ]
    )
    func reason(_ test: Case) {
        var job = Job.sample(type: "http")
        var worker = WorkerRecord.sample(slots: 2)
        worker.busy = 1
        var (workers, type) = ([worker], TypeRecord("http"))
        test.change(&job, &workers, &type)
        let snapshot = DirectorySnapshot(workers: workers, types: [type], readAt: .sample)
        #expect(Waiting(of: job, in: snapshot, at: .sample + .seconds(1)) == test.expected)
    }

    @Test("is said by the record alone where nothing is known of workers")
    func unknown() {
        var job = Job.sample(type: "http")
        let queued = Waiting(.queued, "It waits for a worker; nothing is known of those that there are.")
        #expect(Waiting(of: job, in: nil, at: .sample) == queued)
        job.runAt = Self.later
        #expect(Waiting(of: job, in: nil, at: .sample)?.reason == .scheduled)
        #expect(Waiting(of: job, in: nil, at: Self.later) == queued)
    }
}
