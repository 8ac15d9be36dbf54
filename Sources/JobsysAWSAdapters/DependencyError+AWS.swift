import JobsysAWS
import JobsysCore

extension DependencyError {
    /// Makes the domain's view of a call to AWS that failed for good.
    init(_ error: AWSError) {
        self.init(
            dependency: error.service,
            code: error.code,
            message: error.message,
            isTransient: error.isRetryable,
            refusesRequest: Self.isRefusal(of: error),
            cause: error
        )
    }

    /// Whether an error refuses what a call asked for, and not the call: an item or a message that is too long, say.
    ///
    /// DynamoDB calls all of these `ValidationException`; SQS has several names for them, and the older protocol's are
    /// still in use by emulators.
    ///
    /// Source: DynamoDB API Reference, `UpdateItem`; SQS API Reference, `SendMessage`, Errors.
    private static func isRefusal(of error: AWSError) -> Bool {
        error.kind == .client && refusals.contains(error.code.replacing("Exception", with: ""))
    }

    /// The names of such errors, without the word that some services end them with.
    static let refusals: Set<String> = [
        "Validation", "ItemCollectionSizeLimitExceeded", "InvalidMessageContents", "InvalidParameterValue",
        "MessageTooLong", "BatchRequestTooLong",
    ]
}

/// Runs a call to AWS, with its errors as the ports throw them.
func translatingErrors<Result>(
    _ call: nonisolated(nonsending) () async throws -> sending Result
) async throws -> sending Result {
    do {
        return try await call()
    } catch let error as AWSError {
        throw DependencyError(error)
    }
}
