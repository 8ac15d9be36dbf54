import Logging

extension JobRunner {
    /// Runs the handler under the lease, and stops it when the lease is lost, the job's cancellation is asked for or its
    /// time is up.
    func outcome(of job: Job, from delivery: Delivery, as run: Run, hooks: RunHooks) async -> JobOutcome {
        await withTaskGroup(of: RunEvent.self) { group in
            group.addTask { .ended(await registry.run(job)) }
            group.addTask { await keepLease(of: run, from: delivery, hooks: hooks) }
            if let timeout = registry.timeout(ofType: job.type) {
                group.addTask { await waitOut(timeout) }
            }
            var reason: JobOutcome?
            while let event = await group.next() {
                switch event {
                case .mustStop(let outcome):
                    reason = reason ?? outcome
                    group.cancelAll()
                case .ended(let outcome):
                    group.cancelAll()
                    return outcome.stopped(by: reason)
                case .workerStops:
                    break
                }
            }
            return .interrupted
        }
    }

    /// What can happen while a handler runs.
    private enum RunEvent: Sendable {
        case ended(JobOutcome)
        case mustStop(JobOutcome)
        case workerStops
    }

    private func waitOut(_ timeout: Duration) async -> RunEvent {
        do {
            try await clock.sleep(for: timeout)
            return .mustStop(.failed(JobFailure(.system, "timed out after \(timeout)")))
        } catch {
            return .workerStops
        }
    }

    /// Renews the lease and the message's invisibility until it is cancelled or the lease is lost.
    private func keepLease(of run: Run, from delivery: Delivery, hooks: RunHooks) async -> RunEvent {
        var failures = Failures()
        var spent = Duration.zero
        while true {
            do {
                // A slow renewal is a part of the interval, or the next one would come too late.
                try await clock.sleep(for: max(.zero, lease.renewalInterval - spent))
            } catch {
                return .workerStops
            }
            var renewal = FencedWrite.written
            spent = await clock.measure { renewal = await renewLease(of: run, from: delivery, failures: &failures) }
            hooks.onRenewal()
            switch renewal {
            case .written: break
            case .lost: return .mustStop(.leaseLost)
            case .cancelRequested: return .mustStop(.cancelled)
            }
        }
    }

    /// How often renewals have failed: the first time of each kind is a warning, the others are not worth a line.
    private struct Failures {
        var ofLease = 0
        var ofMessage = 0
    }

    /// Renews once, the lease and the invisibility side by side: neither waits for the other's failure.
    ///
    /// A dependency that fails is not a lost lease: there may be time for another renewal, and without one the lease is
    /// still ours until somebody takes it.
    private func renewLease(of run: Run, from delivery: Delivery, failures: inout Failures) async -> FencedWrite {
        async let hiding = result { try await queue.hide(delivery, for: lease.visibility) }
        let renewal = await result { try await store.extendLease(of: run, until: now() + lease.length) }
        if case .failure(let error) = await hiding {
            // If the message comes back early, whoever gets it finds the lease and waits.
            log("message not hidden for longer", error, count: &failures.ofMessage)
        }
        switch renewal {
        case .success(let write):
            return write
        case .failure(let error):
            log("lease not renewed", error, count: &failures.ofLease)
            return .written
        }
    }

    private func result<Success: Sendable>(
        of call: () async throws -> Success
    ) async -> Result<Success, any Error> {
        do {
            return .success(try await call())
        } catch {
            return .failure(error)
        }
    }

    private func log(_ message: Logger.Message, _ error: any Error, count: inout Int) {
        // At the run's end a renewal is cut off, which is no failure.
        guard !(error is CancellationError) else { return }
        count += 1
        Logger.current.log(
            level: count == 1 ? .warning : .debug,
            message,
            metadata: ["error.message": "\(error)"]
        )
    }
}

extension JobOutcome {
    /// What a handler's outcome counts for when it was told to stop.
    fileprivate func stopped(by reason: JobOutcome?) -> JobOutcome {
        switch (reason, self) {
        case (.leaseLost, _): .leaseLost
        // The work was done before the word to stop came through.
        case (.cancelled, .succeeded), (.failed, .succeeded): self
        case (.cancelled, _): .cancelled
        case (.failed(let timeout), _): .failed(timeout)
        default: self
        }
    }
}
