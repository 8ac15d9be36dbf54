// A test imports JobsysTesting beside the module of its handlers.
@_exported public import JobsysHandlers
public import JobsysJSON

/// What became of a job that ``JobTester`` ran.
public struct JobTestRun: Sendable {
    /// How a job ends.
    public enum Ending: Sendable, Hashable {
        /// Done, with this result; null if the handler returns none.
        case succeeded(JSONValue)
        /// Given up after this failure: its class allows no other attempt, or it was the last one's.
        case failed(JobFailure)
        /// Cancelled.
        case cancelled
    }

    /// What a handler said about how far it has come.
    public struct Progress: Sendable, Hashable {
        /// From 0 to 1.
        public var fraction: Double
        /// What was being done.
        public var message: String?

        /// Makes a word of progress, to compare with.
        public init(_ fraction: Double, _ message: String? = nil) {
            self.fraction = fraction
            self.message = message
        }
    }

    /// How the job ended.
    public var ending: Ending
    /// How many attempts were counted: a run that was interrupted by a stop is not one.
    public var attempts: Int
    /// How often the handler was run, interrupted runs included.
    public var runs: Int
    /// The failures of the attempts, the last one's included, oldest first.
    public var failures: [JobFailure]
    /// What the handler said about its progress, in all runs.
    public var progress: [Progress]
    /// How long it took from the submission to the end, by the tester's clock.
    public var elapsed: Duration

    /// The result as a type of your own.
    ///
    /// - Parameter type: The type; dates are read as ISO 8601.
    /// - Returns: The result.
    /// - Throws: ``NoResult`` if the job has not succeeded, else what decoding throws.
    public func result<Value: Decodable>(as type: Value.Type) throws -> Value {
        guard case .succeeded(let json) = ending else { throw NoResult(ending: ending) }
        return try JobCoding.decode(type, from: json)
    }

    /// A job that has no result because it did not succeed.
    public struct NoResult: Error, Sendable, CustomStringConvertible {
        /// How it ended instead.
        public var ending: Ending

        /// That, in words.
        public var description: String { "the job has no result: \(ending)" }
    }
}
