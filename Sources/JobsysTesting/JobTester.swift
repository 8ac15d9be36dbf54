import JobsysCore
public import JobsysHandlers
import JobsysJSON
import JobsysTime
import Synchronization

/// Runs handlers in memory as a worker runs them: with retries, time-outs, cancellation and stops, and without waiting.
///
/// ```swift
/// @Test func retriesWhatIsBusy() async throws {
///     var tester = JobTester()
///     tester.register(ResizeHandler(service: BusyTwice()))
///     let run = try await tester.run(.resize, Resize(url: "https://example.com/cat.jpeg"))
///     #expect(run.attempts == 3)
///     #expect(try run.result(as: [String: Int].self) == ["width": 640])
/// }
/// ```
///
/// The engine is the worker's own, with a store and a queue in memory that are held to the same rules as the real ones. A
/// handler that waits should wait by ``clock``, which a program takes as `any Clock<Duration>`: then no test takes longer than
/// its computing does. Time does not pass otherwise, so nothing times out while a handler works or waits for something real.
public struct JobTester: HandlerCollection, Sendable {
    /// The handlers, and their policies.
    public var handlers = JobRegistry()
    /// What handlers wait by.
    public let clock: JobTestClock

    /// Makes a tester without handlers.
    public init() {
        clock = JobTestClock(engine: ManualClock())
    }

    /// What happens to a job while it is being run.
    public struct Event: Sendable {
        enum Kind {
            case cancellation
            case stop
        }

        let kind: Kind
        let delay: Duration

        /// Somebody cancels the job, so long after its submission; a handler that runs is told so by the next renewal of its
        /// lease, a third of a minute later at most.
        public static func cancellation(after delay: Duration) -> Event { Event(kind: .cancellation, delay: delay) }
        /// The worker stops, so long after the submission, and its grace period is over; another worker goes on.
        public static func stop(after delay: Duration) -> Event { Event(kind: .stop, delay: delay) }
    }

    /// Submits a job and runs it to its end, through all its attempts.
    ///
    /// The waits between attempts are half of the longest that the policy's backoff allows.
    ///
    /// - Parameters:
    ///   - name: The job type.
    ///   - parameters: What the handler is given; it is written as JSON and read again, as in production.
    ///   - maxAttempts: How many attempts the submission asks for, from 1 to 8; as many as the policy says by default. One runs
    ///     the handler once.
    ///   - events: What happens meanwhile.
    /// - Returns: What became of the job.
    /// - Throws: ``Problem`` for a job that cannot be submitted, or does not go on; `EncodingError` for the parameters.
    public func run<Parameters>(
        _ name: JobName<Parameters>,
        _ parameters: Parameters,
        maxAttempts: Int? = nil,
        events: [Event] = []
    ) async throws -> JobTestRun {
        guard handlers.offers(name.description) else {
            throw Problem(description: "there is no handler for jobs of type \(name)")
        }
        var members: JSONObject = ["type": .string(name.description), "payload": try JobCoding.encode(parameters)]
        if let maxAttempts { members["maxAttempts"] = .int(maxAttempts) }
        let course = JobTestCourse(handlers, clock: clock, events: events)
        do {
            let submission = try Submission(document: .object(members), at: clock.engine.timestamp)
            return try await course.run(submission)
        } catch let error as SubmissionError {
            throw Problem(description: "the job cannot be submitted: \(error)")
        }
    }

    /// Why a job could not be run to its end.
    public struct Problem: Error, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }
}
