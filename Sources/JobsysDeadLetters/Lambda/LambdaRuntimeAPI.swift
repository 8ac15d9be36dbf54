import Logging

/// What Lambda offers to the process that runs a function: the way in for its events, the way out for the answers.
///
/// All calls throw ``LambdaRuntimeError``, or `CancellationError` when the calling task is cancelled.
/// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
public protocol LambdaRuntimeAPI: Sendable {
    /// Waits for the next invocation, for as long as it takes: the process may be frozen meanwhile.
    func next() async throws -> LambdaInvocation

    /// Answers an invocation.
    func succeed(_ requestID: String, with response: [UInt8]) async throws

    /// Says that an invocation has failed.
    func fail(_ requestID: String, with error: LambdaFunctionError) async throws

    /// Says that the process cannot start; it must exit then.
    func failInitialization(with error: LambdaFunctionError) async throws
}

/// A failure of the function as its invoker sees it.
public struct LambdaFunctionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is, such as `Runtime.InvalidEvent`; one of a bounded set.
    public var type: String
    /// What happened, for a reader; without secrets.
    public var message: String

    /// Makes a failure.
    public init(type: String, message: String) {
        self.type = type
        self.message = message
    }

    /// The type and the message.
    public var description: String { "\(type): \(message)" }
}

/// Runs a start, and tells Lambda if it fails: without that, Lambda would know no more than an exit code.
///
/// - Parameters:
///   - api: Lambda's side; nil if the process is not a Lambda.
///   - start: What may fail.
/// - Returns: What the start returns.
/// - Throws: What the start throws.
func reportingFailure<Result>(
    to api: (any LambdaRuntimeAPI)?,
    of start: () async throws -> Result
) async throws -> Result {
    do {
        return try await start()
    } catch {
        guard let api else { throw error }
        do {
            let type = "Runtime.InitFailed"
            try await api.failInitialization(with: LambdaFunctionError(type: type, message: "\(error)"))
        } catch let refusal {
            Logger.current.error("Lambda could not be told that the start failed", error: refusal)
        }
        throw error
    }
}
