import FoundationEssentials
import Glibc
import InMemoryLogging
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysProcess
import Logging
import Synchronization
import Testing

@testable import JobsysWorker

/// Runs programs as jobs, with a folder of their own and a log in memory.
struct CommandBench: Sendable {
    let folder: String
    let log = InMemoryLogHandler()
    let progress = Recorder()
    let watcher = ProcessWatcher()

    struct Progress: Sendable, Hashable {
        var fraction: Double
        var message: String?
    }

    /// Keeps the progress that was told of.
    final class Recorder: Sendable {
        private let kept = Mutex<[Progress]>([])

        var elements: [Progress] { kept.withLock { $0 } }

        func add(_ progress: Progress) {
            kept.withLock { $0.append(progress) }
        }
    }

    /// Gives the body a bench, and takes its folder away afterwards.
    static func with(_ body: (CommandBench) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "command-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let bench = CommandBench(folder: folder)
        do {
            try await body(bench)
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            try FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    /// Runs a shell script once.
    func shell(
        _ script: String,
        _ payload: JSONValue = .null,
        grace: Duration = .seconds(30),
        environment: [String: String] = [:]
    ) async throws -> JSONValue {
        try await run(CommandTarget(words: ["sh", "-c", script], environment: environment, grace: grace), payload)
    }

    /// Runs a program once.
    func run(
        _ target: CommandTarget,
        _ payload: JSONValue = .null,
        worker: [String: String] = ProcessInfo.processInfo.environment
    ) async throws -> JSONValue {
        var target = target
        target.directory = target.directory ?? folder
        let handler = CommandHandler(
            type: "test",
            target: target,
            policy: .standard,
            environment: worker,
            watcher: watcher
        )
        return try await handler.run(payload, in: context)
    }

    /// What the program is told of its job.
    var context: JobContext {
        get throws {
            JobContext(
                jobID: try #require(JobID("0190a3c0-0000-7000-8000-000000000001")),
                type: "test",
                attempt: 2,
                maxAttempts: 5,
                deadline: Timestamp("2030-01-02T03:04:05.000Z"),
                trace: TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                logger: Logger(label: "test") { _ in log },
                report: { progress.add(Progress(fraction: $0, message: $1)) }
            )
        }
    }

    /// The failure that a script ends with.
    func failure(_ script: String, _ payload: JSONValue = .null) async -> JobFailure? {
        do {
            let value = try await shell(script, payload)
            Issue.record("succeeded with \(value.serializedString)")
        } catch let failure as JobFailure {
            return failure
        } catch {
            Issue.record(error)
        }
        return nil
    }

    /// What was logged: level, message, and what it is about.
    var lines: [String] {
        log.entries.map { entry in
            let detail = entry.metadata["command.line"] ?? entry.metadata["command.dropped_lines"]
            return "\(entry.level): \(entry.message)\(detail.map { ": \($0)" } ?? "")"
        }
    }

    /// A file that a program has written; nil as long as it has not.
    func file(_ name: String) -> String? {
        // It may not be there yet.
        try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    /// Waits until a program has written a line into a file, and takes it for a number.
    func number(in name: String) async throws -> pid_t {
        for _ in 0..<3000 {
            if let text = file(name), text.hasSuffix("\n"), let number = pid_t(text.dropLast()) { return number }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw POSIXFailure(what: "no number in \(name)")
    }
}

struct POSIXFailure: Error {
    var what: String
}
