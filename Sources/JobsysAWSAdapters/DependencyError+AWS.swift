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
            cause: error
        )
    }
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
