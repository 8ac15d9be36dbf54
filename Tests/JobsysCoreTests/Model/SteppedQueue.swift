import JobsysCore
import JobsysObservability
import JobsysTestKit

/// A queue whose every call is a step of the model.
struct SteppedQueue: JobQueue, JobSender, DeadLetterSender {
    let queue: InMemoryJobQueue
    let scheduler: StepScheduler
    /// Whether a letter says which run failed; without it nobody can tell that it is out of date.
    var namesRun = true

    var limits: QueueLimits { queue.limits }

    func send(_ job: Job, trace: TraceContext?, after delay: Duration) async throws {
        try await scheduler.step("send") { try await queue.send(job, trace: trace, after: delay) }
    }

    func sendAgain(_ job: Job, trace: TraceContext?) async throws {
        try await scheduler.step("sendAgain") { try await queue.sendAgain(job, trace: trace) }
    }

    func send(_ letter: DeadLetter) async throws {
        var letter = letter
        if !namesRun { letter.reason.run = nil }
        try await scheduler.step("sendLetter") { [letter] in try await queue.send(letter) }
    }

    func receive(upTo limit: Int, wait: Duration, visibility: Duration) async throws -> [Delivery] {
        try await queue.receive(upTo: limit, wait: wait, visibility: visibility)
    }

    func delete(_ delivery: Delivery) async throws {
        try await scheduler.step("delete") { try await queue.delete(delivery) }
    }

    func hide(_ delivery: Delivery, for duration: Duration) async throws {
        try await scheduler.step("hide") { try await queue.hide(delivery, for: duration) }
    }

    func checkReachable() async throws {}
}
