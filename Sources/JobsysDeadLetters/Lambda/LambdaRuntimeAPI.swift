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
