import ArgumentParser
import Glibc
import UnixSignals

/// The command was ended by SIGINT or SIGTERM before it was done.
struct Interruption: Error {
    /// The signal.
    let signal: UnixSignal

    /// What shells report of a process that a signal has ended.
    var exitCode: ExitCode { ExitCode(128 + signal.rawValue) }

    /// Runs a command so that a signal cancels it; a second one ends the process at once.
    ///
    /// - Parameter parse: Makes the command, before signals are trapped: what reads standard input to its end, as
    ///   `--payload @-` does, is ended by a signal as usual.
    /// - Throws: What the command throws; an ``Interruption`` if it was cancelled.
    static func endingOnSignals(_ parse: () async throws -> sending any ParsableCommand) async throws {
        let command = try await parse()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        // Awaited below; a child of the group could not be cancelled without the child that watches the signals.
        let work = Task {
            var command = command
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        }
        let (result, signal) = await withTaskGroup(of: UnixSignal?.self) { group in
            group.addTask {
                var first: UnixSignal?
                for await signal in signals {
                    guard first == nil else { _exit(Interruption(signal: signal).exitCode.rawValue) }
                    first = signal
                    work.cancel()
                }
                return first
            }
            let result = await work.result
            group.cancelAll()
            return (result, await group.next() ?? nil)
        }
        do {
            try result.get()
        } catch is CancellationError {
            throw Interruption(signal: signal ?? .sigint)
        }
    }
}
