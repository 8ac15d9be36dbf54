/// What Lambda offers to an extension of a function.
///
/// An extension may live in the function's own process, and then it needs to do nothing: Lambda tells a process that it
/// is about to end (SIGTERM) only where there is an extension.
///
/// All calls throw ``LambdaRuntimeError``, or `CancellationError` when the calling task is cancelled.
/// Source: AWS Lambda Developer Guide, "Using the Lambda Extensions API to create extensions".
public protocol LambdaExtensionsAPI: Sendable {
    /// Registers an extension that wants no events; to be called before the first invocation is asked for.
    ///
    /// - Returns: How the extension is known from then on; nil where there are no extensions, as in emulators.
    func register(as name: String) async throws -> String?

    /// Says that the extension has started, and waits for an event, which does not come.
    func park(_ identifier: String) async throws
}
