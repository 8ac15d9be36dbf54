import JobsysCore
import JobsysJSON
import JobsysTime
import Synchronization

/// An attempt whose endpoint may call back: it shows signs of life, reports progress, and says what came of it.
///
/// The run belongs to this worker process, which holds its slot and renews its lease until the endpoint has said how it
/// ended, or has been silent for too long. What the endpoint was told is taken counts, once.
final class CallbackRun: Sendable {
    /// What the endpoint is told to do.
    enum Action: String, Sendable {
        /// Go on.
        case `continue`
        /// Stop: nobody wants the outcome any more.
        case cancel
        /// End soon: the worker is about to stop, and takes an outcome until then.
        case drain
    }

    /// How the endpoint says that the run ended.
    enum Verdict: Sendable, Hashable {
        case completed(JSONValue)
        case failed(JobFailure)

        /// The job's result.
        func result() throws(JobFailure) -> JSONValue {
            switch self {
            case .completed(let result): return result
            case .failed(let failure): throw failure
            }
        }

        fileprivate func isSameKind(as other: Verdict) -> Bool {
            switch (self, other) {
            case (.completed, .completed), (.failed, .failed): true
            default: false
            }
        }
    }

    private struct State {
        var verdict: Verdict?
        var hasEnded = false
        var isStopped = false
        var isDraining = false
        var heardAt = Duration.zero

        var action: Action { isDraining ? .drain : isStopped ? .cancel : .continue }
    }

    /// What names the run in URLs, and is known to its endpoint alone.
    let token: String
    /// Where the endpoint calls, one of ``CallbackRoute`` behind it; nil if this process does not know its own URL yet.
    let url: String?

    private let report: @Sendable (_ fraction: Double, _ message: String?) -> Void
    private let elapsed: @Sendable () -> Duration
    private let clock: any Clock<Duration>
    private let state = Mutex(State())
    /// Ends when there is a verdict.
    private let (settled, settling) = AsyncStream<Never>.makeStream()

    init(
        token: String,
        url: String?,
        clock: any Clock<Duration>,
        report: @escaping @Sendable (_ fraction: Double, _ message: String?) -> Void
    ) {
        self.token = token
        self.url = url
        self.report = report
        self.clock = clock
        elapsed = stopwatch(clock)
    }

    // MARK: The worker's side

    /// Waits for the endpoint's word.
    ///
    /// - Parameter limit: How long the endpoint may be silent.
    /// - Returns: The result.
    /// - Throws: ``JobFailure``: the endpoint's own, or of class `NETWORK` for silence; `CancellationError`.
    func result(heartbeat limit: Duration) async throws -> JSONValue {
        hear()
        let isSilent = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in self.settled {}
                return false
            }
            group.addTask {
                while case let rest = self.silenceLeft(of: limit), rest > .zero {
                    try await self.clock.sleep(for: rest)
                }
                return true
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        if let verdict = end() { return try verdict.result() }
        guard isSilent, !Task.isCancelled else { throw CancellationError() }
        throw JobFailure(.network, "the endpoint gave no sign of life for \(limit) after it had taken the job")
    }

    /// Ends the run: nothing that the endpoint says from now on counts.
    ///
    /// - Returns: What it had said before.
    @discardableResult
    func end() -> Verdict? {
        state.withLock { state in
            state.hasEnded = true
            return state.verdict
        }
    }

    /// Notes that the run's outcome is no longer wanted.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    /// Notes that the worker is about to stop.
    func drain() {
        state.withLock { $0.isDraining = true }
    }

    private func hear() {
        let now = elapsed()
        state.withLock { $0.heardAt = now }
    }

    private func silenceLeft(of limit: Duration) -> Duration {
        state.withLock(\.heardAt) + limit - elapsed()
    }

    // MARK: The endpoint's side

    /// Takes a sign of life; nil if the run has ended, and nothing is left to be told.
    func takeHeartbeat() -> Action? {
        let now = elapsed()
        return state.withLock { state in
            if state.verdict == nil, !state.hasEnded { state.heardAt = now }
            let isOver = state.verdict != nil || (state.hasEnded && !state.isStopped)
            return isOver ? nil : state.action
        }
    }

    /// Takes progress, which is a sign of life.
    func takeProgress(_ fraction: Double, _ message: String?) -> Action? {
        guard let action = takeHeartbeat() else { return nil }
        // A run that was stopped reports to nobody.
        if !state.withLock(\.hasEnded) { report(fraction, message) }
        return action
    }

    /// Takes the run's end; false if it has ended already, and not this way.
    func take(_ verdict: Verdict) -> Bool {
        let isTaken = state.withLock { state in
            if let earlier = state.verdict { return earlier.isSameKind(as: verdict) }
            guard !state.hasEnded else { return false }
            state.verdict = verdict
            return true
        }
        if isTaken { settling.finish() }
        return isTaken
    }
}
