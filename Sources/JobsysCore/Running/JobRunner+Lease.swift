import JobsysTime
import Logging
import Synchronization

extension JobRunner {
    /// Runs the handler under the lease, and stops it when the lease is lost, the job's cancellation is asked for or its
    /// time is up.
    func outcome(of job: Job, from delivery: Delivery, as run: Run, hooks: RunHooks) async -> JobOutcome {
        let timeout = registry.policy(ofType: job.type).timeout
        let context = JobContext(job, timeout: timeout, trace: delivery.trace, at: now())
        let handler = Task(executorPreference: executor(forType: job.type)) {
            await registry.run(job, in: context)
        }
        let warned = WarnedOnce()
        let watch = RunWatch(
            alarms: alarms,
            interval: lease.renewalInterval,
            renew: {
                var write = FencedWrite.written
                let spent = await clock.measure {
                    write = await renewLease(of: run, from: delivery, warned: warned)
                }
                hooks.onRenewal()
                return RunWatch.RenewalResult(write: write, spent: spent)
            },
            stop: handler.cancel
        )
        watch.start(timeout: timeout)
        let outcome = await withTaskCancellationHandler {
            await handler.value
        } onCancel: {
            handler.cancel()
        }
        return outcome.stopped(by: await watch.end())
    }

    /// Where a job of this type runs: beside the worker's own work if it is brief.
    private func executor(forType type: String) -> (any TaskExecutor)? {
        registry[type]?.isBrief == true ? Workplace.executor : handlerExecutor
    }

    /// The failures that were warned of: of each kind only the first is worth a line.
    private final class WarnedOnce: Sendable {
        private let texts = Mutex<Set<String>>([])

        func isFirst(_ text: String) -> Bool {
            texts.withLock { $0.insert(text).inserted }
        }
    }

    /// Renews once, the lease and the invisibility side by side: neither waits for the other's failure.
    ///
    /// A dependency that fails is not a lost lease: there may be time for another renewal, and without one the lease is
    /// still ours until somebody takes it.
    private func renewLease(of run: Run, from delivery: Delivery, warned: WarnedOnce) async -> FencedWrite {
        async let hiding = result { try await queue.hide(delivery, for: lease.visibility) }
        let renewal = await result { try await store.extendLease(of: run, until: now() + lease.length) }
        if case .failure(let error) = await hiding {
            // If the message comes back early, whoever gets it finds the lease and waits.
            log("message not hidden for longer", error, warned)
        }
        switch renewal {
        case .success(let write):
            return write
        case .failure(let error):
            log("lease not renewed", error, warned)
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

    private func log(_ text: String, _ error: any Error, _ warned: WarnedOnce) {
        // At the run's end a renewal is cut off, which is no failure.
        guard !(error is CancellationError) else { return }
        Logger.current.log(
            level: warned.isFirst(text) ? .warning : .debug,
            "\(text)",
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
