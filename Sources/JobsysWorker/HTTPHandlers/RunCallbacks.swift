import JobsysCore
import JobsysHashing
import JobsysJSON
import JobsysTime
import Synchronization

/// The runs of this worker process that endpoints may call back about, by their tokens.
///
/// A token is the job's id, generation and attempt, the run's number in this process, and a code of these under a key that
/// the process makes at its start and tells nobody: a token of another process, or one that somebody has made up, is not known.
final class RunCallbacks: Sendable {
    /// What there is under a token.
    enum Finding: Sendable {
        /// The run, which may have ended.
        case run(CallbackRun)
        /// A run of this process that ended so long ago that it is forgotten.
        case forgotten
        /// No token of this process.
        case unknown
    }

    /// How many runs that have ended are remembered, so that an endpoint that repeats its last call gets the same answer.
    private static let memory = 1000

    private struct State {
        var base: String?
        var runs: [String: CallbackRun] = [:]
        var ended: [String] = []
        var count = 0
    }

    private let code: HMACSHA256
    private let clock: any Clock<Duration>
    private let state: Mutex<State>

    /// Makes a list without runs.
    ///
    /// - Parameters:
    ///   - base: The URL that leads to this process, as endpoints see it; nil until ``listen(at:)`` tells it.
    ///   - clock: What silence is measured by.
    init(base: String?, clock: any Clock<Duration> = ContinuousClock()) {
        var random = SystemRandomNumberGenerator()
        code = HMACSHA256(key: (0..<32).map { _ in .random(in: .min ... .max, using: &random) })
        self.clock = clock
        state = Mutex(State(base: base))
    }

    /// Tells the URL that leads to this process, if no setting has told it.
    func listen(at base: String) {
        state.withLock { $0.base = $0.base ?? base }
    }

    /// Begins a run.
    func open(_ context: JobContext) -> CallbackRun {
        state.withLock { state in
            state.count += 1
            let name = "\(context.jobID).\(context.generation).\(context.attempt).\(state.count)"
            let token = "\(name).\(Self.text(code.authenticate(name)))"
            let run = CallbackRun(
                token: token,
                url: state.base.map { "\($0)/runs/\(token)" },
                clock: clock,
                report: context.progress
            )
            state.runs[token] = run
            return run
        }
    }

    /// Ends a run, and forgets the one that ended before all others if there are many.
    func close(_ run: CallbackRun) {
        run.end()
        state.withLock { state in
            state.ended.append(run.token)
            if state.ended.count > Self.memory { state.runs[state.ended.removeFirst()] = nil }
        }
    }

    /// Looks a token up.
    func find(_ token: String) -> Finding {
        if let run = state.withLock({ $0.runs[token] }) { return .run(run) }
        guard token.utf8.count < 200, let dot = token.lastIndex(of: ".") else { return .unknown }
        let expected = Self.text(code.authenticate(String(token[..<dot])))
        let found = token[token.index(after: dot)...]
        // No earlier end for a better guess.
        let difference = zip(expected.utf8, found.utf8).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 && expected.utf8.count == found.utf8.count ? .forgotten : .unknown
    }

    private static func text(_ code: [UInt8]) -> String { Hex.encode(Array(code.prefix(16))) }
}
