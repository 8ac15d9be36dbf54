import FoundationEssentials
import Glibc

/// A service that runs as it would anywhere: a process with an environment, a log and a port.
final class ServiceProcess: Sendable {
    let service: Service
    let process: ChildProcess

    init(_ service: Service, environment: [String: String], name: String, folder: String) throws {
        self.service = service
        process = try ChildProcess(try service.executable, environment: environment, name: name, folder: folder)
    }

    /// What the service has logged so far.
    var log: [LogLine] {
        process.output.lines.compactMap(LogLine.init)
    }

    /// Lines that it must not write: all of standard error, and what is no log line.
    var strayOutput: [String] {
        process.output.lines.filter { LogLine($0) == nil } + process.errors.lines
    }

    /// The lines with this message, about this job if one is given.
    func lines(_ message: String, job: String? = nil) -> [LogLine] {
        log.filter { $0.message == message && (job == nil || $0["jobId"] == job) }
    }

    /// Waits until the service listens; answers where, as `host:port`.
    func address() async throws -> String {
        try await eventually(within: .seconds(20), "\(service.rawValue) listens") {
            if let status = process.exitStatus {
                throw HarnessError("\(service.rawValue) ended at its start: \(status) \(process.errors.text)")
            }
            return listeningAddress
        }
    }

    /// Where the service listens, as `host:port`; nil as long as it does not.
    var listeningAddress: String? {
        lines("listening").first?["http.port"].map { "127.0.0.1:\($0)" }
    }

    /// A client of the service's HTTP.
    func client() async throws -> APIClient {
        APIClient(authority: try await address())
    }

    /// Asks the service to stop; answers how it ended.
    func stop(within limit: Duration) async throws -> ExitStatus {
        process.signal(SIGTERM)
        return try await process.exitStatus(within: limit)
    }

    /// The memory that the process holds now, in bytes.
    func residentMemory() throws -> Int {
        try memory("VmRSS:")
    }

    /// The most memory that the process has held since ``resetPeakMemory()``, in bytes.
    func peakMemory() throws -> Int {
        try memory("VmHWM:")
    }

    /// Source: proc(5), `/proc/pid/clear_refs`.
    func resetPeakMemory() throws {
        try "5".write(toFile: "/proc/\(process.pid)/clear_refs", atomically: false, encoding: .utf8)
    }

    private func memory(_ field: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
        guard let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
            throw HarnessError("no \(field) of process \(process.pid)")
        }
        return kilobytes * 1024
    }
}
