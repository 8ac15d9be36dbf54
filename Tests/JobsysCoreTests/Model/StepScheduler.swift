import JobsysCore
import Synchronization

/// Stops every process of the model at each of its calls, until the model says what becomes of the call.
///
/// At most one process runs at any time, so that a run of the model is the same whenever its choices are.
final class StepScheduler: Sendable {
    /// Which process the code that runs belongs to.
    @TaskLocal static var process: ModelProcess?

    private struct Parked {
        var call: String
        var decide: CheckedContinuation<Fate, Never>
    }

    private struct State {
        var parked: [ModelProcess: Parked] = [:]
        var dead: Set<Int> = []
        var runs = 0
        var running: [ModelProcess: Int] = [:]
        var tasks: [ModelProcess: Task<Void, Never>] = [:]
        var watcher: CheckedContinuation<Void, Never>?
        var hasStopped = false
    }

    private let state = Mutex(State())

    /// The processes that wait for a decision, with the call that each is about to make.
    var waiting: [(process: ModelProcess, call: String)] {
        state.withLock { state in
            ModelProcess.allCases.compactMap { process in state.parked[process].map { (process, $0.call) } }
        }
    }

    /// The processes that have work to do.
    var busy: Set<ModelProcess> { state.withLock { Set($0.running.keys) } }

    /// Makes a call as the model decides.
    ///
    /// - Throws: ``ProcessDied``, the modelled failure, or what the call throws.
    func step<Result: Sendable>(_ call: String, _ body: () async throws -> Result) async throws -> Result {
        guard let process = Self.process, let run = Self.run else { return try await body() }
        guard !state.withLock({ $0.dead.contains(run) }) else { throw ProcessDied() }
        switch await fate(of: call, by: process) {
        case .done:
            return try await body()
        case .refused:
            throw DependencyError.modelled
        case .answerLost:
            _ = try await body()
            throw DependencyError.modelled
        case .diesBefore:
            noteDeath(of: run)
            throw ProcessDied()
        case .diesAfter:
            _ = try await body()
            noteDeath(of: run)
            throw ProcessDied()
        }
    }

    /// Has a process begin a piece of work; returns when it makes its first call, or has ended.
    func begin(_ process: ModelProcess, _ work: @escaping @Sendable () async -> Void) async {
        let run = state.withLock { state in
            state.runs += 1
            state.running[process] = state.runs
            return state.runs
        }
        await untilStopped {
            let task = Task {
                await Self.$process.withValue(process) {
                    await Self.$run.withValue(run) { await work() }
                }
                self.noteStop { $0.running[process] = nil }
            }
            state.withLock { $0.tasks[process] = task }
        }
    }

    /// Cancels what a process works on, as a stop does when its grace period is over.
    func cancel(_ process: ModelProcess) {
        state.withLock { $0.tasks[process] }?.cancel()
    }

    /// Decides a call; returns when its process makes the next one, or has ended.
    func decide(_ process: ModelProcess, _ fate: Fate) async {
        let parked = state.withLock { $0.parked.removeValue(forKey: process) }
        await untilStopped { parked?.decide.resume(returning: fate) }
    }

    @TaskLocal private static var run: Int?

    private func fate(of call: String, by process: ModelProcess) async -> Fate {
        await withCheckedContinuation { decide in
            noteStop { $0.parked[process] = Parked(call: call, decide: decide) }
        }
    }

    private func noteDeath(of run: Int) {
        state.withLock { _ = $0.dead.insert(run) }
    }

    private func untilStopped(_ start: () -> Void) async {
        state.withLock { $0.hasStopped = false }
        start()
        await withCheckedContinuation { watcher in
            let hasStopped = state.withLock { state in
                if !state.hasStopped { state.watcher = watcher }
                return state.hasStopped
            }
            if hasStopped { watcher.resume() }
        }
    }

    private func noteStop(_ change: (inout State) -> Void) {
        let watcher = state.withLock { state in
            change(&state)
            state.hasStopped = true
            return state.watcher.take()
        }
        watcher?.resume()
    }
}
