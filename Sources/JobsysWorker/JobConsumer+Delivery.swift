import JobsysCore
import JobsysObservability
import JobsysTime
import Logging
import ServiceLifecycle

extension JobConsumer {
    /// Processes one receipt of a message, which comes with a slot or waits for one.
    func process(_ delivery: Delivery, of lane: JobLane, for intake: Intake, hasSlot: Bool) async {
        var hasSlot = hasSlot
        var round = 0
        while true {
            if !hasSlot, await !acquireSlot() {
                return await handBack(delivery, of: lane, for: intake)
            }
            let next = await attempt(delivery, of: lane, for: intake, round: round)
            slots.release()
            guard case .held(let pause) = next else { return }
            guard await hold(delivery, of: lane, for: pause) else {
                return await handBack(delivery, of: lane, for: intake)
            }
            hasSlot = false
            round += 1
        }
    }

    private func attempt(
        _ delivery: Delivery,
        of lane: JobLane,
        for intake: Intake,
        round: Int
    ) async -> JobRunner.Processing {
        switch lane.runner.verdict(on: delivery) {
        case .turnAway(let wait):
            intake.noteInconclusive()
            return await settle(.turnedAway(for: wait), delivery, of: lane, round: round)
        case .start(let wait):
            // A stop ends the wait, and then the message is handed back.
            if wait > .zero { try? await cancelWhenGracefulShutdown { try await clock.sleep(for: wait) } }
        }
        guard !Task.isShuttingDownGracefully else {
            lane.runner.giveBack(delivery)
            await handBack(delivery, of: lane, for: intake)
            return .settled
        }
        let run = runs.begin()
        defer { runs.end(run) }
        do {
            let processing = try await CostTag.$current.withValue(delivery.jobType) {
                try await lane.runner.process(
                    delivery,
                    round: round,
                    hooks: RunHooks(onClaim: intake.noteSuccess, onRenewal: noteHeartbeat)
                )
            }
            intake.noteSuccess()
            return processing
        } catch {
            intake.noteFailure(error)
            return await settle(.dependencyFailed, delivery, of: lane, round: round)
        }
    }

    /// Has a message come back; if that fails too, it comes when its visibility ends.
    private func settle(
        _ finding: Finding,
        _ delivery: Delivery,
        of lane: JobLane,
        round: Int
    ) async -> JobRunner.Processing {
        do {
            return try await lane.runner.settle(finding, of: delivery, round: round)
        } catch {
            Logger.current.debug("message stays hidden", metadata: ["error.message": "\(error)"])
            return .settled
        }
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

    /// Waits for a slot, but not for so long that the message could come back meanwhile; false if there was none.
    private func acquireSlot() async -> Bool {
        await withTaskGroup(of: Bool?.self) { group in
            group.addTask {
                do {
                    try await cancelWhenGracefulShutdown { try await slots.acquire() }
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
        intake.noteInconclusive()
        _ = await settle(.stopping, delivery, of: lane, round: 0)
    }
}
