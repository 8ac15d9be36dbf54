import JobsysTime
import Logging
import Synchronization

extension JobRunner {
    /// Runs the handler under the lease, and stops it when the lease is lost, the job's cancellation is asked for or its
    /// time is up.
    func outcome(of job: Job, from delivery: Delivery, as run: Run, hooks: RunHooks) async -> JobOutcome {
        let timeout = registry.policy(ofType: job.type).timeout
        let progress = ProgressReporter(alarms: alarms, now: now)
        var context = JobContext(job, timeout: timeout, trace: delivery.trace, at: now(), report: progress.report)
        if job.workflow != nil { context.workflow = workflows?.context(of: job, trace: context.trace) }
        let handler = Task(executorPreference: executor(forType: job.type)) { [context] in
            await registry.run(job, in: context)
        }
        let warned = WarnedOnce()
        let watch = RunWatch(
            alarms: alarms,
            interval: lease.renewalInterval,
            renew: {
                var write = FencedWrite.written
                let spent = await clock.measure {
                    write = await renewLease(of: run, from: delivery, progress, warned: warned)
                }
                hooks.onRenewal()
                return RunWatch.RenewalResult(write: write, spent: spent)
            },
            stop: handler.cancel
        )
        watch.start(timeout: timeout)
        progress.start { watch.heed(await extendLease(of: run, progress, warned: warned)) }
        let outcome = await withTaskCancellationHandler {
            await handler.value
        } onCancel: {
            handler.cancel()
        }
        let reason = await watch.end()
        await progress.end(isWorthIt: reason != .leaseLost && reason != .cancelled)
        return outcome.stopped(by: reason)
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
    private func renewLease(
        of run: Run,
        from delivery: Delivery,
        _ progress: ProgressReporter,
        warned: WarnedOnce
    ) async -> FencedWrite {
        async let hiding = result { try await queue.hide(delivery, for: lease.visibility) }
        let write = await extendLease(of: run, progress, warned: warned)
        if case .failure(let error) = await hiding {
            // If the message comes back early, whoever gets it finds the lease and waits.
            log("message not hidden for longer", error, warned)
        }
        return write
    }

    /// Extends the lease, and records by the same write what there is of the run's progress.
    private func extendLease(of run: Run, _ reporter: ProgressReporter, warned: WarnedOnce) async -> FencedWrite {
        let progress = reporter.take()
        do {
            return try await store.extendLease(of: run, until: now() + lease.length, progress: progress)
        } catch {
            if let progress { reporter.putBack(progress) }
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
