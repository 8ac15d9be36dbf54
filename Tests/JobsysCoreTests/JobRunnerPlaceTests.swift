import Dispatch
import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("Where handlers run", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerPlaceTests {
    /// A thread of the worker's own.
    private final class Desk: TaskExecutor {
        private let queue = DispatchQueue(label: "desk")

        /// Whether the current task runs here.
        var isHere: Bool {
            withUnsafeCurrentTask { $0?.unownedTaskExecutor == asUnownedTaskExecutor() }
        }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    private let bench = JobBench()

    @Test(
        "A handler runs where the worker's own work is done only if it says that it is brief",
        arguments: [false, true]
    )
    func place(isBrief: Bool) async throws {
        let job = try await bench.submit()
        let desk = Desk()
        let runner = bench.runner(isBrief: isBrief) { _, _ in .succeeded(.bool(desk.isHere)) }
        let delivery = try await bench.receive()
        _ = try await Workplace.work(on: desk) { try await runner.process(delivery) }
        #expect(try await bench.job(job.id).result == .bool(isBrief))
    }
}
