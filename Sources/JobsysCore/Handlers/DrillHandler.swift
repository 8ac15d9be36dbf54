import Glibc
package import JobsysHandlers
package import JobsysJSON

/// Fails as its payload says, so that retries, dead letters and crashes can be rehearsed.
package struct DrillHandler: JobHandler {
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double

    /// Makes the handler; `clock` is what it waits by, and `draw` gives random numbers in 0..<1.
    package init(
        clock: any Clock<Duration> = ContinuousClock(),
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.clock = clock
        self.draw = draw
    }

    /// The job type `drill`.
    package let name = JobName<Parameters>("drill")

    /// What a `drill` job is given.
    ///
    /// With a class alone, every attempt fails.
    package struct Parameters: Codable, Sendable {
        /// How many attempts fail before one succeeds.
        package var failTimes: Int?
        /// The class of the failures; `SYSTEM` if absent.
        package var `class`: ErrorClass?
        /// How likely an attempt is to fail, from 0 to 1.
        package var rate: Double?
        /// How long to work, in milliseconds.
        package var sleepMs: Int?
        /// Ends the process in mid-job.
        package var crash: Bool?
        /// Goes on for ever, until it is cancelled.
        package var hang: Bool?
    }

    /// Answers the number of the attempt that succeeded.
    package func run(_ parameters: Parameters, in context: JobContext) async throws -> JSONValue {
        try parameters.check()
        try await clock.pause(milliseconds: parameters.sleepMs)
        if parameters.crash == true {
            // As a crash would: no cleaning up, nothing flushed.
            _exit(134)
        }
        while parameters.hang == true {
            try await clock.sleep(for: .seconds(3600))
        }
        guard !fails(parameters, attempt: context.attempt) else {
            throw JobFailure(parameters.class ?? .system, "attempt \(context.attempt) failed, as the drill wants")
        }
        return ["attempt": .number(JSONNumber(context.attempt))]
    }

    private func fails(_ parameters: Parameters, attempt: Int) -> Bool {
        if let failTimes = parameters.failTimes, attempt <= failTimes { return true }
        if let rate = parameters.rate { return draw() < rate }
        return parameters.failTimes == nil && parameters.class != nil
    }
}

extension DrillHandler.Parameters {
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
