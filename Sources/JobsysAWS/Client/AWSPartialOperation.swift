/// An operation that may leave a part of its work undone and says which; ``AWSClient/complete(_:maxRequests:)`` goes on.
public protocol AWSPartialOperation: AWSOperation {
    /// The operation for what was left undone; nil if nothing was.
    func remainder(after output: Output) -> Self?

    /// What two requests came to, of which the second was for what the first left undone.
    static func joined(_ earlier: Output, _ later: Output) -> Output
}

extension AWSClient {
    /// Performs an operation, and again for what the service left undone, after pauses that grow.
    ///
    /// Work is left undone for lack of throughput, so each pause is up to twice as long as the one before, from 50
    /// milliseconds (DynamoDB 25) on. The requests are bounded: look into the output for what is undone after the last.
    /// Each request has its own attempts and limits; one that fails makes the whole operation fail.
    public func complete<Operation: AWSPartialOperation>(
        _ operation: Operation,
        maxRequests: Int = 8
    ) async throws -> Operation.Output {
        var output = try await perform(operation)
        var remainder = operation.remainder(after: output)
        var delays = RetryDelays(base: Operation.service.baseRetryDelay, random: runtime.random)
        for _ in 1..<max(maxRequests, 1) {
            guard let operation = remainder else { break }
            try await runtime.sleep(delays.next() ?? .zero)
            let later = try await perform(operation)
            output = Operation.joined(output, later)
            remainder = operation.remainder(after: later)
        }
        return output
    }
}
