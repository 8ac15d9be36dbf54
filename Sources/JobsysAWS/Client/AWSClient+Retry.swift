import Logging
import Synchronization

extension AWSClient {
    /// Waits as long as the plan says; false if there is to be no other attempt.
    func pause(after failure: AttemptFailure, call: Call, plan: inout RetryPlan) async throws -> Bool {
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

    /// What an error answer means to the operation, once it is not worth another attempt.
    func recovery<Operation: WireOperation>(
        from failure: AttemptFailure,
        of operation: Operation.Type
    ) -> Result<Operation.Output, AttemptFailure> {
        guard let answer = failure.answer else { return .failure(failure) }
        do {
            return try Operation.recover(from: answer).map { .success($0) } ?? .failure(failure)
        } catch {
            return .failure(
                AttemptFailure(
                    unreadable: answer.status,
                    requestID: answer.requestID,
                    error,
                    isRepeated: false
                )
            )
        }
    }

    /// Has the refused credentials replaced; false if there are no others, so that asking again is idle.
    private func hasOtherCredentials(than failure: AttemptFailure, call: Call) async throws -> Bool {
        guard let refused = failure.credentials else { return false }
        configuration.credentials.discard(refused)
        do {
            guard let credentials = try await credentials(within: call.remaining(at: runtime.uptime())) else {
                return false
            }
            return credentials != refused
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            // The caller gets the service's refusal; that there are no new credentials only explains it.
            Logger.current.debug("Credentials could not be replaced", error: error)
            return false
        }
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
