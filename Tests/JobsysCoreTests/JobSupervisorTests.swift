import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Testing

@Suite("A supervisor of jobs", .quietLog, .timeLimit(.minutes(1)))
struct JobSupervisorTests {
    private let store = InMemoryJobStore()
    private let queue = InMemoryJobQueue(clock: ManualClock())

    private var supervisor: JobSupervisor {
        JobSupervisor(store: store, queue: queue, retention: .seconds(60), now: { .sample + .seconds(1) })
    }

    private func failedJob() -> Job {
        var job = Job.sample()
        job.status = .failedFinal
        job.attempts = 4
        store.put(job)
        return job
    }

    @Test("cancels a job, which is forgotten after the retention, and sends nothing")
    func cancel() async throws {
        let job = Job.sample()
        store.put(job)
        guard case .done(let cancelled) = try await supervisor.cancel(job.id) else {
            return #expect(Bool(false), "not cancelled")
        }
        #expect(cancelled.finishedAt == .sample + .seconds(1))
        #expect(cancelled.expiresAt == .sample + .seconds(61))
        #expect(queue.bodies == [])
    }

    @Test("sends the message of the new generation after the record has moved")
    func redrive() async throws {
        let job = failedJob()
        guard case .done(let next) = try await supervisor.redrive(job.id, with: ["text": "mended"]) else {
            return #expect(Bool(false), "not redriven")
        }
        #expect(store.jobs == [next])
        #expect(next.generation == 1)
        #expect(next.payload == ["text": "mended"])
        #expect(queue.bodies == [next.message.body])
        let messages = try await queue.receive(upTo: 1, wait: .zero, visibility: .seconds(60))
        #expect(messages.map(\.trace) == [TraceContext(resuming: job.traceID)])
    }

    @Test("sends the message that a redrive before could not send, and refuses all the same")
    func lostMessage() async throws {
        let job = failedJob()
        let outage = DependencyError(dependency: "sqs", code: "Down", message: "down", isTransient: true)
        queue.fail(with: outage)
        await #expect(throws: DependencyError.self) { try await supervisor.redrive(job.id) }
        let moved = try #require(try await store.job(job.id))
        #expect(moved.generation == 1)
        queue.fail(with: nil)
        #expect(try await supervisor.redrive(job.id) == .refused(moved))
        #expect(queue.bodies == [moved.message.body])
    }

    @Test(
        "sends nothing for a job that was never redriven, has begun, or is over",
        arguments: [(JobStatus.pending, 0, 0), (.retrying, 1, 1), (.pending, 1, 1), (.succeeded, 1, 1)]
    )
    func refused(status: JobStatus, generation: Int, attempts: Int) async throws {
        var job = Job.sample()
        (job.status, job.generation, job.attempts) = (status, generation, attempts)
        store.put(job)
        #expect(try await supervisor.redrive(job.id) == .refused(job))
        #expect(queue.bodies == [])
    }

    @Test("finds no job where there is none")
    func noSuchJob() async throws {
        #expect(try await supervisor.redrive(JobID(at: .sample)) == .noSuchJob)
        #expect(try await supervisor.cancel(JobID(at: .sample)) == .noSuchJob)
    }
}
