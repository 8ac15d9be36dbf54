import JobsysAWS
import JobsysCore
import JobsysTime
import Logging
import ServiceLifecycle

extension JobConsumer {
    /// Deals with one receipt of a message, which comes with a slot or has to stand in line for one.
    func deal(with delivery: Delivery, of lane: JobLane, for intake: Intake, hasSlot: Bool) async {
        var hasSlot = hasSlot
        var round = 0
        while true {
            if !hasSlot, await !enterSlot() {
                return await handBack(delivery, of: lane, for: intake)
            }
            let next = await attempt(delivery, of: lane, for: intake, round: round)
            slots.release()
            guard case .hold(let pause) = next else { return }
            guard await hold(delivery, of: lane, for: pause) else {
                return await handBack(delivery, of: lane, for: intake)
            }
            hasSlot = false
            round += 1
        }
    }

    /// What a message needs after it has been looked at.
    private enum Next {
        /// Nothing more.
        case done
        /// To be looked at again after so long, and not to be let go of meanwhile.
        case hold(Duration)
    }

    private func attempt(_ delivery: Delivery, of lane: JobLane, for intake: Intake, round: Int) async -> Next {
        if let type = delivery.jobType {
            switch gate.verdict(on: type) {
            case .start(after: .zero):
                break
            case .start(after: let wait):
                // A stop ends the wait, and then the message is handed back.
                try? await cancelWhenGracefulShutdown { try await clock.sleep(for: wait) }
            case .shed(for: let wait):
                intake.noteUntried()
                let pause = Self.shedding.delay(afterAttempt: delivery.receiveCount + round, draw: draw())
                return await putOff(delivery, of: lane, for: max(wait, pause))
            }
        }
        let run = runs.begin()
        defer {
            runs.end(run)
            if let type = delivery.jobType { gate.noteNothing(ofType: type) }
        }
        do {
            if Task.isShuttingDownGracefully {
                try await lane.runner.handBack(delivery)
            } else {
                let result = try await CallTag.$current.withValue(delivery.jobType) {
                    try await lane.runner.process(delivery, hooks: hooks(for: delivery, intake))
                }
                if result == .released {
                    intake.noteSuccess()
                    let pause = Self.shedding.delay(afterAttempt: delivery.receiveCount + round, draw: draw())
                    return await putOff(delivery, of: lane, for: pause)
                }
            }
            intake.noteSuccess()
            return .done
        } catch {
            intake.noteFailure(error)
            let pause = Self.redelivery.delay(afterAttempt: delivery.receiveCount + round, draw: draw())
            return await putOff(delivery, of: lane, for: pause)
        }
    }

    private func hooks(for delivery: Delivery, _ intake: Intake) -> RunHooks {
        RunHooks(
            onClaim: intake.noteSuccess,
            mayStart: { job in
                guard delivery.jobType == nil, case .shed = gate.verdict(on: job.type) else { return true }
                return false
            },
            onRenewal: noteSignOfLife,
            counts: { job, outcome in
                guard case .outage(let isShared) = gate.note(outcome, of: job.id, ofType: job.type) else { return true }
                let patience = isShared ? Self.longestTrial : Self.longestLonelyTrial
                return now().duration(since: job.createdAt) > patience
            }
        )
    }

    /// Has a message come back after a pause, without it ever being given up for that.
    ///
    /// Each receipt is one of the few that the queue allows. A message that has spent those that its attempts do not need
    /// is replaced by a copy with none; where its place in the order would be lost by that, it is held here.
    private func putOff(_ delivery: Delivery, of lane: JobLane, for pause: Duration) async -> Next {
        do {
            guard delivery.receiveCount > Self.spareReceipts else {
                try await lane.queue.hide(delivery, for: pause)
                return .done
            }
            guard let replacer = lane.replacer else { return .hold(pause) }
            // A claim whose answer was lost may hold the job under this message's name: until that lease has ended, a copy
            // would be taken for one too many.
            let delay = max(pause, options.visibility)
            if delay <= Job.longestQueueDelay {
                try await replacer.replace(delivery, after: delay)
            } else {
                try await lane.queue.hide(delivery, for: pause)
            }
        } catch {
            Logger.current.debug("message stays hidden", metadata: ["error.message": "\(error)"])
        }
        return .done
    }

    /// Keeps a message from everybody else for so long; false if the worker stops meanwhile.
    private func hold(_ delivery: Delivery, of lane: JobLane, for pause: Duration) async -> Bool {
        do {
            try await lane.queue.hide(delivery, for: pause + options.visibility)
        } catch {
            // Whoever gets it while it is held here finds the job claimed, or as shut as it is here.
            Logger.current.debug("message not held", metadata: ["error.message": "\(error)"])
        }
        do {
            try await cancelWhenGracefulShutdown { try await clock.sleep(for: pause) }
            return !Task.isShuttingDownGracefully
        } catch {
            return false
        }
    }

    /// Stands in line for a slot, but not for so long that the message could come back meanwhile; false if there was none.
    private func enterSlot() async -> Bool {
        await withTaskGroup(of: Bool?.self) { group in
            group.addTask {
                do {
                    try await cancelWhenGracefulShutdown { try await slots.enter() }
                    return true
                } catch {
                    return false
                }
            }
            group.addTask {
                // Cancelled, it leaves the answer to the other.
                try? await clock.sleep(for: options.visibility / 3)
                return nil
            }
            for await hasSlot in group {
                group.cancelAll()
                if let hasSlot { return hasSlot }
            }
            return false
        }
    }

    private func handBack(_ delivery: Delivery, of lane: JobLane, for intake: Intake) async {
        intake.noteUntried()
        do {
            try await lane.runner.handBack(delivery)
        } catch {
            Logger.current.debug("message stays hidden", metadata: ["error.message": "\(error)"])
        }
    }

    /// How many receipts of a message may be in vain: the queue allows ten, and each attempt costs one.
    private static let spareReceipts = 10 - Submission.maxAttemptsRange.upperBound
    /// How old a job may be whose attempts are forgiven that failed while its type's gate was shut.
    ///
    /// Jobs that are wrong by themselves, and the only ones of their type, look like an outage; they must end at some time.
    private static let longestTrial: Duration = .seconds(3600)
    /// The same for a job that is the only one that has failed: more likely it is wrong, although it may be alone or hold up
    /// those behind it.
    private static let longestLonelyTrial: Duration = .seconds(600)
    private static let redelivery = Backoff(base: .seconds(10), limit: .seconds(900))
    private static let shedding = Backoff(base: .seconds(5), limit: .seconds(300))
}
