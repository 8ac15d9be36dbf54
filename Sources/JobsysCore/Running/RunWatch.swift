import Logging
import Synchronization

/// Watches over a run while its handler works: renews the lease, and has the handler stopped when it is lost, when the job's
/// cancellation is asked for, or when the time is up.
final class RunWatch: Sendable {
    private struct State {
        var alarms: [AlarmClock.Alarm] = []
        var renewal: Task<Void, Never>?
        var reason: JobOutcome?
        var hasEnded = false
    }

    private let alarms: AlarmClock
    private let interval: Duration
    private let renew: @Sendable () async -> RenewalResult
    private let stop: @Sendable () -> Void
    private let logger = Logger.current
    /// An alarm rings outside of the task that set it.
    private let executor = Workplace.executor
    private let state = Mutex(State())

    /// What a renewal found, and how long it took.
    struct RenewalResult: Sendable {
        var write: FencedWrite
        var spent: Duration
    }

    /// Makes a watch; ``start(timeout:)`` begins it.
    ///
    /// - Parameters:
    ///   - alarms: What the times are kept by.
    ///   - interval: How long after the start, and after the start of each renewal, the next one is due.
    ///   - renew: Renews the lease once.
    ///   - stop: Tells the handler to stop.
    init(
        alarms: AlarmClock,
        interval: Duration,
        renew: @escaping @Sendable () async -> RenewalResult,
        stop: @escaping @Sendable () -> Void
    ) {
        self.alarms = alarms
        self.interval = interval
        self.renew = renew
        self.stop = stop
    }

    /// Begins; `timeout` is how long the handler may take.
    func start(timeout: Duration?) {
        if let timeout {
            set(after: timeout) { self.stop(for: .failed(JobFailure(.system, "timed out after \(timeout)"))) }
        }
        renewLater(after: interval)
    }

    /// Ends the watch, and waits for a renewal that is under way.
    ///
    /// - Returns: Why the handler was told to stop; nil if it was not.
    func end() async -> JobOutcome? {
        let last = state.withLock { state in
            state.hasEnded = true
            return state
        }
        for alarm in last.alarms { alarms.cancel(alarm) }
        last.renewal?.cancel()
        await last.renewal?.value
        return state.withLock(\.reason)
    }

    /// Has the handler stopped if a write of the run was refused.
    func heed(_ write: FencedWrite) {
        switch write {
        case .written: break
        case .lost: stop(for: .leaseLost)
        case .cancelRequested: stop(for: .cancelled)
        }
    }

    private func renewLater(after delay: Duration) {
        set(after: delay) { self.beginRenewal() }
    }

    private func set(after delay: Duration, _ ring: @escaping @Sendable () -> Void) {
        state.withLock { state in
            guard !state.hasEnded else { return }
            state.alarms.append(alarms.set(after: delay, ring))
        }
    }

    private func beginRenewal() {
        state.withLock { state in
            guard !state.hasEnded else { return }
            // Awaited at the end of the run.
            state.renewal = Task(executorPreference: executor) { await self.renewOnce() }
        }
    }

    private func renewOnce() async {
        // The alarm rings for many runs, and knows the words of none.
        let result = await withLogger(logger) { _ in await renew() }
        heed(result.write)
        // A slow renewal is a part of the interval, or the next one would come too late.
        if result.write == .written { renewLater(after: max(.zero, interval - result.spent)) }
    }

    private func stop(for reason: JobOutcome) {
        let isFirst = state.withLock { state in
            guard !state.hasEnded, state.reason == nil else { return false }
            state.reason = reason
            return true
        }
        if isFirst { stop() }
    }
}
