import Logging

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
