import Glibc
import JobsysProcess
import Synchronization

/// One run of a program, with limits of time and output; it blocks, so it belongs into ``BlockingWork``.
final class ProcessRun: Sendable {
    /// What came of it.
    enum Outcome: Sendable {
        case ended(ChildProcess.End, output: [UInt8], errors: [UInt8])
        case timedOut
        case tooLong
        case cancelled
    }

    private static let maxOutput = 64 * 1024
    private static let maxErrors = 4 * 1024

    private let words: [String]
    private let environment: [String: String]
    private let timeout: Duration
    private let isCancelled = Atomic(false)

    /// Prepares a run; nothing is started.
    init(_ words: [String], environment: [String: String], timeout: Duration) {
        (self.words, self.environment, self.timeout) = (words, environment, timeout)
    }

    /// Has the program ended soon, from any thread.
    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
    }

    /// Runs the program to its end, or ends it at a limit.
    func run() throws -> Outcome {
        let deadline = ContinuousClock.now + timeout
        let path = try ChildProcess.programPath(words.first ?? "", environment: environment)
        let (output, errors) = (try Pipe(), try Pipe())
        let process = try ChildProcess(
            path: path,
            words: words,
            environment: environment,
            descriptors: ChildProcess.Descriptors(output: output.writeEnd, errors: errors.writeEnd)
        )
        output.closeWriteEnd()
        errors.closeWriteEnd()
        var streams = [Stream(output, limit: Self.maxOutput), Stream(errors, limit: Self.maxErrors)]
        do {
            if let limit = try read(&streams, until: deadline) { return try process.stopped(with: limit) }
            while try !process.hasEnded {
                // It has closed its output and is about to end.
                var polled: [pollfd] = []
                if let limit = try wait(for: &polled, until: deadline, atMost: .milliseconds(5)) {
                    return try process.stopped(with: limit)
                }
            }
            return .ended(try process.reap(), output: streams[0].bytes, errors: streams[1].bytes)
        } catch {
            try process.reap()
            throw error
        }
    }

    /// Reads until both streams have ended; the limit that ended it before, if any did.
    private func read(
        _ streams: inout [Stream],
        until deadline: ContinuousClock.Instant
    ) throws(SystemFailure) -> Outcome? {
        while streams.contains(where: { $0.isOpen }) {
            var polled = streams.map { pollfd(fd: $0.isOpen ? $0.pipe.readEnd : -1, events: Int16(POLLIN), revents: 0) }
            if let limit = try wait(for: &polled, until: deadline, atMost: .milliseconds(50)) { return limit }
            for index in streams.indices where polled[index].revents != 0 { try streams[index].read() }
            guard streams[0].bytes.count <= Self.maxOutput else { return .tooLong }
        }
        return nil
    }

    /// Waits until one of these can be read or the pause is over; the limit that was reached, if any was.
    private func wait(
        for polled: inout [pollfd],
        until deadline: ContinuousClock.Instant,
        atMost pause: Duration
    ) throws(SystemFailure) -> Outcome? {
        let left = deadline - ContinuousClock.now
        guard left > .zero else { return .timedOut }
        if isCancelled.load(ordering: .relaxed) { return .cancelled }
        let count = unsafe poll(&polled, nfds_t(polled.count), Int32(min(left, pause) / .milliseconds(1)) + 1)
        guard count >= 0 || errno == EINTR else { throw SystemFailure("poll", errno) }
        return nil
    }
}

extension ChildProcess {
    /// Ends a program that has reached a limit.
    fileprivate func stopped(with limit: ProcessRun.Outcome) throws(SystemFailure) -> ProcessRun.Outcome {
        try reap()
        return limit
    }
}

/// What a program writes; what is beyond the limit by more than a piece is read and dropped.
private struct Stream {
    let pipe: Pipe
    let limit: Int
    var bytes: [UInt8] = []
    var isOpen = true

    init(_ pipe: Pipe, limit: Int) {
        (self.pipe, self.limit) = (pipe, limit)
    }

    mutating func read() throws(SystemFailure) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(pipe.readEnd, &buffer, buffer.count)
        guard count >= 0 || errno == EINTR else { throw SystemFailure("read", errno) }
        if count == 0 { isOpen = false }
        if count > 0, bytes.count <= limit { bytes += buffer[..<count] }
    }
}
