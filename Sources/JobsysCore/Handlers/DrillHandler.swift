import Glibc
import JobsysJSON

/// Fails as its payload says, so that retries, dead letters and crashes can be rehearsed.
public struct DrillHandler: JobHandler {
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double

    /// Makes the handler; `clock` is what it waits by, and `draw` gives random numbers in 0..<1.
    public init(
        clock: any Clock<Duration> = ContinuousClock(),
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.clock = clock
        self.draw = draw
    }

    /// The job type `drill`.
    public let name = JobName<Payload>("drill")

    /// What a `drill` job is given.
    ///
    /// With a class alone, every attempt fails.
    public struct Payload: JobPayload, Decodable {
        /// How many attempts fail before one succeeds.
        public var failTimes: Int?
        /// The class of the failures; `SYSTEM` if absent.
        public var `class`: ErrorClass?
        /// How likely an attempt is to fail, from 0 to 1.
        public var rate: Double?
        /// How long to work, in milliseconds.
        public var sleepMs: Int?
        /// Ends the process in mid-job.
        public var crash: Bool?
        /// Goes on for ever, until it is cancelled.
        public var hang: Bool?
    }

    /// Answers the number of the attempt that succeeded.
    public func run(_ payload: Payload, in context: JobContext) async throws -> JobOutcome {
        try payload.check()
        try await clock.pause(milliseconds: payload.sleepMs)
        if payload.crash == true {
            // As a crash would: no cleaning up, nothing flushed.
            _exit(134)
        }
        while payload.hang == true {
            try await clock.sleep(for: .seconds(3600))
        }
        guard !fails(payload, attempt: context.attempt) else {
            let failure = JobFailure(payload.class ?? .system, "attempt \(context.attempt) failed, as the drill wants")
            return .failed(failure)
        }
        return .succeeded(["attempt": .number(JSONNumber(context.attempt))])
    }

    private func fails(_ payload: Payload, attempt: Int) -> Bool {
        if let failTimes = payload.failTimes, attempt <= failTimes { return true }
        if let rate = payload.rate { return draw() < rate }
        return payload.failTimes == nil && payload.class != nil
    }
}

extension DrillHandler.Payload {
    fileprivate func check() throws(JobFailure) {
        if let failTimes, failTimes < 0 {
            throw JobFailure(.validation, "/failTimes must be 0 or more")
        }
        if let `class`, !ErrorClass.allCases.contains(`class`) {
            let classes = ErrorClass.allCases.map(\.rawValue).joined(separator: ", ")
            throw JobFailure(.validation, "/class must be one of \(classes)")
        }
        if let rate, !(0...1).contains(rate) {
            throw JobFailure(.validation, "/rate must be from 0 to 1")
        }
    }
}
