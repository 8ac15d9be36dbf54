import JobsysCore
import JobsysServiceRuntime
import Logging
public import ServiceLifecycle

/// Asks Lambda for one invocation after the other and answers each with what the function returns.
///
/// An error that the function throws is posted as the invocation's failure, and the loop goes on. If the runtime API
/// cannot be reached, even after a few tries, or answers out of order, ``run()`` throws: the process must end, and
/// Lambda starts another. A graceful shutdown ends the wait for an invocation, never an invocation.
public struct LambdaRuntimeLoop: Service {
    /// What an invocation runs.
    public typealias Function = @Sendable (LambdaInvocation) async throws(LambdaFunctionError) -> [UInt8]

    private let api: any LambdaRuntimeAPI
    private let clock: any Clock<Duration>
    private let draw: @Sendable () -> Double
    private let function: Function

    /// Makes a loop.
    ///
    /// - Parameters:
    ///   - api: Lambda's side.
    ///   - clock: What the pauses between tries are measured by.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    ///   - function: What an invocation runs.
    public init(
        api: any LambdaRuntimeAPI,
        clock: any Clock<Duration> = ContinuousClock(),
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        function: @escaping Function
    ) {
        self.api = api
        self.clock = clock
        self.draw = draw
        self.function = function
    }

    /// Runs until a graceful shutdown, or until the runtime API fails.
    ///
    /// - Throws: ``LambdaRuntimeError``, or `CancellationError` if the task is cancelled.
    public func run() async throws {
        while let invocation = try await next() {
            try await withLogger(mergingMetadata: ["requestId": "\(invocation.requestID)"]) { _ in
                try await answer(invocation)
            }
        }
    }

    private func next() async throws -> LambdaInvocation? {
        try await untilShutdown { try await retrying { [api] in try await api.next() } }
    }

    private func answer(_ invocation: LambdaInvocation) async throws {
        do {
            let answer = await outcome(of: invocation)
            try await retrying { [api] in
                switch answer {
                case .success(let response): try await api.succeed(invocation.requestID, with: response)
                case .failure(let error): try await api.fail(invocation.requestID, with: error)
                }
            }
        } catch let error as LambdaRuntimeError where error.code == .refused {
            // Lambda counts the invocation as failed, and its records come again.
            Logger.current.error("Lambda refused the invocation's answer", error: error)
        }
    }

    private func outcome(of invocation: LambdaInvocation) async -> Result<[UInt8], LambdaFunctionError> {
        do throws(LambdaFunctionError) {
            return .success(try await function(invocation))
        } catch {
            Logger.current.error("invocation failed", error: error, metadata: ["error.type": "\(error.type)"])
            return .failure(error)
        }
    }

    private func retrying<Value: Sendable>(_ call: @Sendable () async throws -> Value) async throws -> Value {
        for attempt in 1..<Self.maxAttempts {
            do {
                return try await call()
            } catch let error as LambdaRuntimeError where error.code == .unreachable {
                Logger.current.warning(
                    "Lambda's runtime API cannot be reached, trying again",
                    error: error,
                    metadata: ["lambda.attempt": "\(attempt)"]
                )
                try await clock.sleep(for: Self.backoff.delay(afterAttempt: attempt, draw: draw()))
            }
        }
        return try await call()
    }

    private static let maxAttempts = 5
    private static let backoff = Backoff(base: .milliseconds(100), limit: .seconds(1))
}
