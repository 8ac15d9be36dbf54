import Glibc
import JobsysProcess

/// One run of a program: writes to it, reads from it, ends it when it is told to, and leaves nothing of it behind.
///
/// ``run()`` blocks, so it belongs into `BlockingWork`: a thread waits for all that can happen at once, and none of the
/// threads that tasks share waits for anything.
final class CommandRun: Sendable {
    /// How a program is started, and how long its ends may take.
    struct Start: Sendable {
        var path: String
        var words: [String]
        var environment: [String: String]
        var directory: String?
        /// What it reads.
        var input: [UInt8]
        /// How long it may take to end after SIGTERM.
        var grace: Duration
        /// The longest output that is kept; a longer one ends the program.
        var outputLimit: Int
    }

    /// How a run ended.
    struct Outcome: Sendable, Hashable {
        var end: ChildProcess.End
        var output: [UInt8]
        /// The program was ended because its output is too long.
        var isOutputTooLong: Bool
        /// The program was ended because somebody asked for it.
        var wasStopped: Bool
    }

    /// Is told of the lines that a program writes, on the run's thread.
    struct Listener: Sendable {
        /// A line of standard error, and whether the rest of it was cut off.
        var onErrorLine: @Sendable (_ line: String) -> Void
        /// A line of descriptor 3.
        var onProgressLine: @Sendable (_ line: String) -> Void
    }

    private let start: Start
    private let watcher: ProcessWatcher?
    private let listener: Listener
    private let wakeUp: WakeUp

    /// Prepares a run; nothing is started.
    init(_ start: Start, watcher: ProcessWatcher?, listener: Listener) throws(SystemFailure) {
        (self.start, self.watcher, self.listener) = (start, watcher, listener)
        wakeUp = try WakeUp()
    }

    /// Has the program ended, from any thread: SIGTERM to its group, and SIGKILL when the grace period is over.
    func stop() {
        wakeUp.call()
    }

    /// Runs the program to its end.
    ///
    /// - Throws: ``SystemFailure`` if it cannot be started.
    func run() throws(SystemFailure) -> Outcome {
        let (input, output, errors, progress) = (try Pipe(), try Pipe(), try Pipe(), try Pipe())
        let process = try ChildProcess(
            path: start.path,
            words: start.words,
            environment: start.environment,
            directory: start.directory,
            descriptors: ChildProcess.Descriptors(
                input: input.readEnd,
                output: output.writeEnd,
                errors: errors.writeEnd,
                progress: progress.writeEnd
            ),
            watcher: watcher
        )
        input.closeReadEnd()
        for pipe in [output, errors, progress] { pipe.closeWriteEnd() }
        let end = ProcessEnd(process)
        var course = Course(
            input: InputFeed(input, start.input),
            output: OutputSink(output, limit: start.outputLimit),
            errors: LineSink(errors, longestLine: 4096, listener.onErrorLine),
            progress: LineSink(progress, longestLine: 1024, listener.onProgressLine)
        )
        while !end.hasCome {
            course.wait(for: end, orFor: wakeUp)
            if wakeUp.wasCalled() { course.isStopped = true }
            course.move()
            if let signal = course.signalToSend(grace: start.grace) { process.signal(signal) }
        }
        // What it has started in its group goes with it; what was written before is still there to be read.
        process.signal(SIGKILL)
        course.drain()
        let last = try process.reap()
        return Outcome(
            end: last,
            output: course.output.bytes,
            isOutputTooLong: course.output.isTooLong,
            wasStopped: course.isStopped
        )
    }
}

/// Everything that goes on while a program runs.
private struct Course {
    var input: InputFeed
    var output: OutputSink
    var errors: LineSink
    var progress: LineSink
    var isStopped = false
    private var killAt: ContinuousClock.Instant?
    private var hasAskedToEnd = false

    init(input: InputFeed, output: OutputSink, errors: LineSink, progress: LineSink) {
        (self.input, self.output, self.errors, self.progress) = (input, output, errors, progress)
    }

    /// Waits until something can be read or written, the program ends, or it must be killed.
    func wait(for end: ProcessEnd, orFor wakeUp: WakeUp) {
        var polled = [
            input.polled, output.polled, errors.polled, progress.polled, end.polled,
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let limits = [end.pollInterval, killAt.map { max(.zero, $0 - ContinuousClock.now) }].compactMap { $0 }
        let timeout = limits.min().map { Int32(min($0 / .milliseconds(1), 1e9)) + 1 } ?? -1
        // An interrupted wait is one that is over.
        _ = unsafe poll(&polled, nfds_t(polled.count), timeout)
    }

    /// Writes and reads what can be written and read now.
    mutating func move() {
        input.write()
        output.read()
        errors.read()
        progress.read()
    }

    /// The signal that is due: SIGTERM when the program is to end, and SIGKILL once when it has not.
    mutating func signalToSend(grace: Duration) -> Int32? {
        if isStopped || output.isTooLong, !hasAskedToEnd {
            hasAskedToEnd = true
            killAt = ContinuousClock.now + grace
            return grace > .zero ? SIGTERM : SIGKILL
        }
        guard let killAt, ContinuousClock.now >= killAt else { return nil }
        self.killAt = nil
        return SIGKILL
    }

    /// Reads what is left after the program's end, and waits for nothing: somebody outside of its group may hold its pipes.
    mutating func drain() {
        output.readAll()
        errors.readAll()
        progress.readAll()
        errors.finish()
        progress.finish()
    }
}

/// Tells whether a program has ended.
private final class ProcessEnd {
    private let process: ChildProcess
    private let descriptor: Int32

    init(_ process: ChildProcess) {
        self.process = process
        descriptor = process.makeEndDescriptor()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    var polled: pollfd { pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0) }

    /// How often to look where the kernel does not tell.
    var pollInterval: Duration? { descriptor < 0 ? .milliseconds(20) : nil }

    var hasCome: Bool {
        do {
            return try process.hasEnded
        } catch {
            // Nobody else reaps it; should somebody, then it has ended.
            return true
        }
    }
}
