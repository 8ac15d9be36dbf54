import Glibc
import JobsysTime
import Synchronization

/// A line at the bottom of a terminal that says how far something came; nothing where standard error is no terminal.
final class ProgressBar: Sendable {
    /// How far it came.
    struct Position: Sendable, Hashable {
        /// How many lines were dealt with.
        var lines = 0
        /// How many of them failed.
        var failed = 0
        /// How many bytes were read.
        var bytes = 0

        /// Counts a line.
        mutating func add(_ line: LineOutcome, _ bytesRead: Int) {
            lines += 1
            failed += line.isFailure ? 1 : 0
            bytes = bytesRead
        }
    }

    private struct State {
        var lastDrawn: Duration?
        var isShown = false
    }

    private let size: Int?
    private let isOn: Bool
    private let elapsed: @Sendable () -> Duration
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// How often it is drawn, at most.
    static let interval = Duration.milliseconds(100)
    /// How wide the bar itself is, in characters.
    static let width = 24
    private static let eraseLine = "\r\u{1b}[K"

    /// Makes a bar.
    ///
    /// - Parameters:
    ///   - size: How many bytes there are; nil if nobody knows.
    ///   - isOn: Whether there is a terminal, which understands how to erase a line.
    ///   - clock: Measures how fast it goes.
    ///   - write: Writes to the terminal.
    init(
        size: Int?,
        isOn: Bool = isatty(STDERR_FILENO) == 1,
        clock: some Clock<Duration> = ContinuousClock(),
        write: @escaping @Sendable (String) -> Void = StandardError.writePart
    ) {
        self.size = size
        self.isOn = isOn
        self.write = write
        elapsed = stopwatch(clock)
    }

    /// Shows a position, unless one was shown just now.
    func show(_ position: Position) {
        guard isOn else { return }
        state.withLock { state in
            let now = elapsed()
            if let lastDrawn = state.lastDrawn, now - lastDrawn < Self.interval { return }
            state.lastDrawn = now
            state.isShown = true
            write(Self.eraseLine + text(position, after: now))
        }
    }

    /// Takes the bar away, so that something else may be written; the next position brings it back.
    func hide() {
        state.withLock { hide(&$0) }
    }

    /// Writes a line in place of the bar.
    func writeLine(_ line: String) {
        state.withLock { state in
            hide(&state)
            write("\(line)\n")
        }
    }

    private func hide(_ state: inout State) {
        guard state.isShown else { return }
        state.isShown = false
        write(Self.eraseLine)
    }

    /// What is shown of a position.
    func text(_ position: Position, after time: Duration) -> String {
        let seconds = time / .seconds(1)
        let rate = seconds >= 1 ? ", \(Int(Double(position.lines) / seconds)) a second" : ""
        let failed = position.failed > 0 ? ", \(position.failed) failed" : ""
        let lines = "\(position.lines) lines\(failed)\(rate)"
        guard let size, size > 0 else { return lines }
        let share = min(1, Double(position.bytes) / Double(size))
        let filled = Int(share * Double(Self.width))
        let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: Self.width - filled)
        return "[\(bar)] \(Int(share * 100)) %, \(lines)"
    }
}
