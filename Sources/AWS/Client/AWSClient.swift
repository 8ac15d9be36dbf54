public import CurlHTTP
import FoundationEssentials
import Logging
import Synchronization

/// Performs operations of AWS services.
///
/// Keep one client for the life of the process: its retry quota, its derived signing keys and its credentials are
/// worth keeping. It owns nothing that has to be shut down; the transport is the caller's.
public final class AWSClient: Sendable {
    let configuration: AWSConfiguration
    let transport: any HTTPTransport
    let runtime: AWSRuntime
    let bucket = Mutex(RetryTokenBucket())
    let routes = Mutex<[AWSService: Route]>([:])

    /// Creates a client; nothing is sent before the first operation.
    public init(configuration: AWSConfiguration, transport: any HTTPTransport, runtime: AWSRuntime = AWSRuntime()) {
        self.configuration = configuration
        self.transport = transport
        self.runtime = runtime
    }

    /// Performs an operation: credentials, signature, request and answer, again with fresh ones while that may help.
    ///
    /// A request that was not answered is repeated too, so an operation may take effect more than once.
    ///
    /// - Throws: ``AWSError``, or `CancellationError` if the calling task is cancelled; nothing else. A cancelled
    ///   operation is never repeated, but may have taken effect.
    public func perform<Operation: WireOperation>(_ operation: Operation) async throws -> Operation.Output {
        let call = Call(operation, runtime: runtime, configuration: configuration)
        var plan = call.plan(random: runtime.random)
        while true {
            switch try await attempt(operation, call: call, number: plan.attempt) {
            case .success(let output):
                bucket.withLock { $0.refund(lastCost: plan.lastCost) }
                return output
            case .failure(let failure):
                let attempt = plan.attempt
                guard try await pause(after: failure, call: call, plan: &plan) else {
                    return try settle(failure, of: Operation.self, call: call, attempts: attempt)
                }
            }
        }
    }

    /// Waits as long as the plan says; false if there is to be no other attempt.
    private func pause(after failure: AttemptFailure, call: Call, plan: inout RetryPlan) async throws -> Bool {
        let remaining = call.remaining(at: runtime.uptime())
        let attempt = plan.attempt
        let step = bucket.withLock {
            plan.step(after: failure.verdict, retryAfter: failure.retryAfter, remaining: remaining, bucket: &$0)
        }
        switch step {
        case .giveUp(let delay):
            if delay > .zero { try await runtime.sleep(delay) }
            return false
        case .retry(let delay):
            if failure.verdict == .refreshCredentials, try await !hasOtherCredentials(than: failure, call: call) {
                return false
            }
            log(failure, call: call, attempt: attempt, delay: delay)
            if delay > .zero { try await runtime.sleep(delay) }
            return true
        }
    }

    /// Has the refused credentials replaced; false if there are no others, so that asking again is idle.
    private func hasOtherCredentials(than failure: AttemptFailure, call: Call) async throws -> Bool {
        guard let refused = failure.credentials else { return false }
        configuration.credentials.discard(refused)
        do {
            let others = try await credentials(within: call.remaining(at: runtime.uptime()))
            return others != nil && others != refused
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            // The caller gets the service's refusal; that there are no new credentials only explains it.
            Logger.current.debug("Credentials could not be replaced", error: error)
            return false
        }
    }

    private func settle<Operation: WireOperation>(
        _ failure: AttemptFailure,
        of operation: Operation.Type,
        call: Call,
        attempts: Int
    ) throws -> Operation.Output {
        guard let answer = failure.answer else { throw call.error(failure, attempts: attempts) }
        do {
            if let output = try Operation.recover(from: answer) { return output }
        } catch {
            let failure = AttemptFailure(
                unreadable: answer.status,
                requestID: answer.requestID,
                error,
                isRepeated: false
            )
            throw call.error(failure, attempts: attempts)
        }
        throw call.error(failure, attempts: attempts)
    }

    private func log(_ failure: AttemptFailure, call: Call, attempt: Int, delay: Duration) {
        Logger.current.debug(
            "AWS request failed, trying again",
            metadata: [
                "aws.service": "\(call.service.endpointPrefix)",
                "aws.operation": "\(call.operation)",
                "aws.attempt": "\(attempt)",
                "aws.error.code": "\(failure.code)",
                "aws.error.message": "\(failure.message)",
                "aws.request.id": "\(failure.requestID ?? "none")",
                "aws.delay.ms": "\(Int(delay / .milliseconds(1)))",
            ]
        )
    }
}
