import JobsysTime
import Logging
import Synchronization

/// Keeps the latest that a run says of its progress, and has it written: the first word at once, later ones not before
/// ``interval`` has passed since the last write, and the last one at the end.
///
/// Between two writes any number of words costs no more than to keep the latest.
final class ProgressReporter: Sendable {
    /// How long after a write there is no other.
    static let interval = Duration.seconds(5)

    private struct Word {
        var fraction: Double
        var message: String?
        var at: Timestamp
    }

    private struct State {
        var word: Word?
        /// Rings when the next write may come; nil if it may come now.
        var alarm: AlarmClock.Alarm?
        var write: (@Sendable () async -> Void)?
        var task: Task<Void, Never>?
        var hasEnded = false
    }

    private let alarms: AlarmClock
    private let now: @Sendable () -> Timestamp
    private let logger = Logger.current
    private let executor = Workplace.executor
    private let state = Mutex(State())

    /// Makes a reporter that keeps what it is told until it is started.
    init(alarms: AlarmClock, now: @escaping @Sendable () -> Timestamp) {
        self.alarms = alarms
        self.now = now
    }

    /// Begins to write; `write` has to ``take()`` what there is.
    func start(_ write: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.write = write
            writeIfDue(&state)
        }
    }

    /// Takes the run's word; from any thread, also after the end, when it is too late.
    func report(_ fraction: Double, _ message: String?) {
        state.withLock { state in
            guard !state.hasEnded else { return }
            state.word = Word(fraction: fraction, message: message, at: now())
            writeIfDue(&state)
        }
    }

    /// Hands out what is to be written, by whichever write comes first; the next one comes no sooner than it may from now on.
    func take() -> JobProgress? {
        let word = state.withLock { state -> Word? in
            guard let word = state.word else { return nil }
            state.word = nil
            rest(&state)
            return word
        }
        return word.map { JobProgress($0.fraction, $0.message, at: $0.at) }
    }

    /// Takes back what could not be written, unless there is something newer.
    func putBack(_ progress: JobProgress) {
        state.withLock { state in
            guard state.word == nil else { return }
            state.word = Word(fraction: progress.fraction, message: progress.message, at: progress.at)
            writeIfDue(&state)
        }
    }

    /// Ends it: waits for a write that is under way, and writes what is left, if there is any and it `isWorthIt`.
    func end(isWorthIt: Bool) async {
        let last = state.withLock { state in
            // What writes holds the run, and the run this: neither would ever be released.
            defer { state.write = nil }
            state.hasEnded = true
            return state
        }
        if let alarm = last.alarm { alarms.cancel(alarm) }
        await last.task?.value
        if isWorthIt, let write = last.write, state.withLock({ $0.word != nil }) { await write() }
    }

    private func writeIfDue(_ state: inout State) {
        guard state.word != nil, state.alarm == nil, !state.hasEnded, let write = state.write else { return }
        rest(&state)
        let previous = state.task
        // Awaited at the end of the run. An alarm rings for many runs, and knows the words and the place of none.
        state.task = Task(executorPreference: executor) { [logger] in
            await previous?.value
            await withLogger(logger) { _ in await write() }
        }
    }

    /// Has no write begin before the interval has passed.
    private func rest(_ state: inout State) {
        guard !state.hasEnded else { return }
        if let alarm = state.alarm { alarms.cancel(alarm) }
        state.alarm = alarms.set(after: Self.interval) { self.wake() }
    }

    private func wake() {
        state.withLock { state in
            state.alarm = nil
            writeIfDue(&state)
        }
    }
}
