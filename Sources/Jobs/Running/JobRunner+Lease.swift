import Logging

extension JobRunner {
    /// Runs the handler under the lease, and stops it when the lease is lost.
    func outcome(of job: Job, for message: JobMessage, from delivery: Delivery, as run: Run) async -> JobOutcome {
        guard message.payloadHash == job.payloadHash else {
            return .failed(JobFailure(.validation, "the message was made for another payload than the job has"))
        }
        return await withTaskGroup(of: JobOutcome?.self) { group in
            group.addTask { await registry.run(job) }
            group.addTask { await keepLease(of: run, from: delivery) }
            var lostLease = false
            while let ended = await group.next() {
                // The renewals end before the handler only if the lease is lost or the worker stops.
                if case .leaseLost? = ended {
                    lostLease = true
                } else if let outcome = ended {
                    group.cancelAll()
                    return lostLease ? .leaseLost : outcome
                }
                if lostLease { group.cancelAll() }
            }
            return .interrupted
        }
    }

    /// Renews the lease and the message's invisibility until it is cancelled (nil) or the lease is lost.
    private func keepLease(of run: Run, from delivery: Delivery) async -> JobOutcome? {
        while true {
            do {
                try await clock.sleep(for: lease.renewalInterval)
            } catch {
                return nil
            }
            guard await renewLease(of: run, from: delivery) == .written else { return .leaseLost }
        }
    }

    /// Renews once.
    ///
    /// A dependency that fails is not a lost lease: the next renewal comes before the lease ends.
    private func renewLease(of run: Run, from delivery: Delivery) async -> FencedWrite {
        let expiry = now() + lease.length
        do {
            try await queue.hide(delivery, for: lease.length)
        } catch {
            // If the message comes back early, whoever gets it finds the lease and waits: that must be renewed still.
            Logger.current.warning("message not hidden for longer", metadata: ["error.message": "\(error)"])
        }
        do {
            return try await uncancelled { try await store.extendLease(of: run, until: expiry) }
        } catch {
            Logger.current.warning("lease not renewed", metadata: ["error.message": "\(error)"])
            return .written
        }
    }
}
