import JobsysCore
import JobsysTestKit

/// One run of the model: what may happen to the system, and what has.
struct ModelWorld {
    let system: ModelSystem
    private(set) var budget: ModelBudget
    /// The moves so far, for a reader.
    private(set) var trace: [ModelMove] = []

    init(_ budget: ModelBudget, flaw: ModelFlaw? = nil) {
        self.budget = budget
        system = ModelSystem(maxAttempts: budget.maxAttempts, flaw: flaw)
    }

    /// Whether nothing more will happen by itself, and the job has ended.
    var isAtRest: Bool {
        system.isAccepted && system.scheduler.busy.isEmpty && hasNoMessage && system.job?.status.isFinal == true
    }

    private var hasNoMessage: Bool { system.queue.bodies.isEmpty && system.letters.bodies.isEmpty }

    /// What happens now if all goes well; never empty, because time passes if nothing else does.
    var plainMoves: [ModelMove] {
        let steps = steps
        guard steps.isEmpty else { return steps }
        // A job whose message is lost is the reconciler's.
        let isLost = hasNoMessage && system.job?.status.isFinal == false
        return isLost && trace.last == .wait ? [.reconcile] : [.wait]
    }

    /// What may happen instead.
    var otherMoves: [ModelMove] {
        let waits: [ModelMove] = budget.waits > 0 && !steps.isEmpty ? [.wait] : []
        return waits + faults + interventions + timely
    }

    /// The steps of the processes.
    private var steps: [ModelMove] {
        let busy = system.scheduler.busy
        var moves: [ModelMove] = []
        for (process, call) in system.scheduler.waiting {
            if call == "handler" {
                moves += ModelMove.HandlerEnd.allCases.map { .finish(process, $0) }
            } else {
                moves.append(.decide(process, .done, call: call))
            }
        }
        if !system.isAccepted, !busy.contains(.api) { moves.append(.post) }
        if system.queue.hasVisibleMessages {
            moves += ModelProcess.workers.filter { !busy.contains($0) }.map { .receive($0) }
        }
        if system.letters.hasVisibleMessages, !busy.contains(.dlqHandler) { moves.append(.receiveLetter) }
        return moves
    }

    /// What may go wrong with the calls that wait.
    private var faults: [ModelMove] {
        var moves: [ModelMove] = []
        for (process, call) in system.scheduler.waiting {
            for fate in Fate.allCases where mayMeet(fate, call: call) {
                moves.append(.decide(process, fate, call: call))
            }
        }
        return moves
    }

    private func mayMeet(_ fate: Fate, call: String) -> Bool {
        if fate.isFatal { return budget.deaths > 0 }
        return fate != .done && !["handler", "announce"].contains(call) && budget.faults > 0
    }

    /// What comes from outside.
    private var interventions: [ModelMove] {
        var moves: [ModelMove] = []
        if budget.duplicates > 0, !system.queue.bodies.isEmpty { moves.append(.duplicate) }
        if budget.cancellations > 0, system.job != nil { moves.append(.cancel) }
        if budget.stops > 0 {
            for (process, call) in system.scheduler.waiting where call == "handler" {
                moves += ModelMove.HandlerEnd.allCases.map { .stop(process, $0) }
            }
        }
        if budget.redrives > 0, system.job?.status == .failedFinal, !system.scheduler.busy.contains(.supervisor) {
            moves.append(.redrive)
        }
        return moves
    }

    /// What the clock brings about.
    private var timely: [ModelMove] {
        var moves: [ModelMove] = []
        if budget.pauses > 0 { moves.append(.pause) }
        if budget.renewals > 0 {
            moves += system.scheduler.waiting.filter { $0.call == "handler" }.map { .renew($0.process) }
        }
        if budget.rounds > 0, system.job != nil, !system.scheduler.busy.contains(.reconciler) {
            moves.append(.reconcile)
        }
        return moves
    }

    /// Makes a move; returns when every process waits for a decision again, or has nothing to do.
    mutating func make(_ move: ModelMove) async throws {
        trace.append(move)
        switch move {
        case .post:
            await system.scheduler.begin(.api) { [system] in await system.post() }
        case .receive(let worker):
            let batch = try await system.queue.receive(upTo: 1, wait: .zero, visibility: LeaseTiming().visibility)
            // The queue may have given it up instead.
            guard let delivery = batch.first else { return }
            await system.scheduler.begin(worker) { [system] in await system.run(delivery) }
        case .receiveLetter:
            let batch = try await system.letters.receive(upTo: 1, wait: .zero, visibility: .seconds(60))
            guard let delivery = batch.first else { return }
            await system.scheduler.begin(.dlqHandler) { [system] in await system.record(delivery) }
        case .decide(let process, let fate, _):
            if fate.isFatal { budget.deaths -= 1 } else if fate != .done { budget.faults -= 1 }
            await system.scheduler.decide(process, fate)
        case .finish(let process, let end):
            system.setHandlerEnd(end)
            await system.scheduler.decide(process, .done)
        case .stop(let process, let end):
            budget.stops -= 1
            system.setHandlerEnd(end)
            system.stop(process)
            await system.scheduler.decide(process, .done)
        case .duplicate:
            budget.duplicates -= 1
            if let body = system.queue.bodies.first { try system.queue.add(body: body) }
        case .wait:
            budget.waits -= 1
            system.clock.advance(by: LeaseTiming().length + .seconds(3))
        case .pause:
            budget.pauses -= 1
            system.clock.advance(by: LeaseTiming().length / 2)
        case .renew(let worker):
            budget.renewals -= 1
            try await system.renew(worker)
        case .reconcile:
            budget.rounds -= 1
            await system.scheduler.begin(.reconciler) { [system] in await system.reconcile() }
        case .cancel:
            budget.cancellations -= 1
            try await system.cancel()
        case .redrive:
            budget.redrives -= 1
            await system.scheduler.begin(.supervisor) { [system] in await system.redrive() }
        }
    }
}

extension InMemoryJobQueue {
    fileprivate var hasVisibleMessages: Bool { hiddenFor.contains(.zero) }
}
