import FoundationEssentials
import Glibc
import JobsysJSON
import JobsysPropertyTestKit
import Synchronization

/// What runs jobs for the drill outside of the workers: an endpoint, which is killed and stands still, and programs, of which
/// none may be left over.
final class ScriptedHandlers: Sendable {
    /// What happens to the endpoint.
    enum Adversity: String, Sendable, CaseIterable {
        /// It is killed, and started again after a while.
        case kill
        /// It is stopped for a while, and goes on as if nothing had been.
        case freeze
    }

    private struct State {
        var endpoints: [Endpoint]
        var counts: [Adversity: Int] = [:]
        /// How often it ended by itself, as a job makes it.
        var deaths = 0
        var isBusy = false
        /// Since when programs run whose worker has ended, by their ids.
        var orphans: [pid_t: ContinuousClock.Instant] = [:]
        var oldOrphans: [String] = []
        var looks = 0
    }

    /// The handlers file.
    let file: String
    private let seed: UInt64
    private let journal: OutputFile
    /// What only its programs have in their environment.
    private let mark: String
    private let state: Mutex<State>

    private init(folder: String, mark: String, seed: UInt64, endpoint: Endpoint) throws {
        (self.mark, self.seed) = (mark, seed)
        file = "\(folder)/handlers.yaml"
        journal = OutputFile(path: "\(folder)/programs.log")
        state = Mutex(State(endpoints: [endpoint]))
        let text = Self.handlers(port: endpoint.port, folder: folder, journal: journal.path, mark: mark)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// Starts the endpoint, and writes the handlers file.
    static func start(seed: UInt64) async throws -> ScriptedHandlers {
        let mark = "drill-\(UUID().uuidString)"
        let endpoint = try await start(port: 0)
        return try ScriptedHandlers(folder: try LogFolder.make(mark), mark: mark, seed: seed, endpoint: endpoint)
    }

    private static func start(port: Int) async throws -> Endpoint {
        try await Endpoint.start("\(folder)/drill.py", port: port, environment: ["DRILL_SECRET": Endpoint.secrets[0]])
    }

    private static let folder = "Tests/EndToEndTests/Endpoints"

    private static func handlers(port: Int, folder: String, journal: String, mark: String) -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        let command = """
                command: [sh, \(root)/\(Self.folder)/drill.sh]
                directory: \(folder)
                environment: {DRILL_JOURNAL: \(journal), DRILL_MARK: \(mark)}
                grace: 500ms
            """
        let backoff = "backoff: {base: 200ms, limit: 3s, RATE_LIMIT: {base: 500ms, limit: 3s}}"
        return """
            handlers:
              drill.http:
                http: {url: "http://127.0.0.1:\(port)/", secrets: ["env:DRILL_SECRET"], heartbeat: 3s}
                policy: {timeout: 9s, \(backoff)}
              drill.command:
            \(command)
                policy: {timeout: 15s, \(backoff)}
              drill.hang:
            \(command)
                policy: {timeout: 2s, \(backoff)}

            """
    }

    // MARK: The endpoint

    private var endpoint: Endpoint? { state.withLock(\.endpoints.last) }

    /// Kills or stops the endpoint again and again, every few seconds, until somebody says that it is over.
    func disturb(until isOver: @Sendable () -> Bool) async throws {
        var generator = SeededGenerator(seed: seed &+ 8)
        while true {
            try await Task.sleep(for: .milliseconds(Int.random(in: 2000...6000, using: &generator)))
            let kind: Adversity = Int.random(in: 0..<3, using: &generator) < 2 ? .kill : .freeze
            let length = Duration.milliseconds(Int.random(in: 200...(kind == .kill ? 1500 : 5000), using: &generator))
            if isOver() { return }
            try await strike(kind, for: length)
        }
    }

    private func strike(_ kind: Adversity, for length: Duration) async throws {
        guard let endpoint, takeTurn() else { return }
        defer { state.withLock { $0.isBusy = false } }
        state.withLock { $0.counts[kind, default: 0] += 1 }
        switch kind {
        case .freeze:
            endpoint.signal(SIGSTOP)
            try await Task.sleep(for: length)
            endpoint.signal(SIGCONT)
        case .kill:
            endpoint.end()
            try await Task.sleep(for: length)
            try await restart(after: endpoint)
        }
    }

    /// Starts the endpoint again when a job has killed it, until it is cancelled.
    func supervise() async throws {
        while true {
            try await Task.sleep(for: .milliseconds(100))
            guard let endpoint, endpoint.exitStatus != nil, takeTurn() else { continue }
            defer { state.withLock { $0.isBusy = false } }
            state.withLock { $0.deaths += 1 }
            try await restart(after: endpoint)
        }
    }

    private func restart(after old: Endpoint) async throws {
        let new = try await Self.start(port: old.port)
        state.withLock { $0.endpoints.append(new) }
    }

    private func takeTurn() -> Bool {
        state.withLock { state in
            defer { state.isBusy = true }
            return !state.isBusy
        }
    }

    /// Ends the endpoint.
    func end() { endpoint?.end() }

    /// What the endpoint has said, whichever of its processes.
    var events: [JSONValue] { state.withLock(\.endpoints).flatMap(\.events) }

    /// How often what happened to the endpoint.
    var counts: [(name: String, count: Int)] {
        state.withLock { state in
            Adversity.allCases.map { ("endpoint: \($0.rawValue)", state.counts[$0, default: 0]) }
                + [("endpoint: killed by a job", state.deaths)]
        }
    }

    // MARK: The programs

    /// The programs that were started.
    var programs: [ProgramStart] { journal.lines.compactMap(ProgramStart.init) }

    /// Looks every second for programs that outlive their worker, until somebody says that it is over.
    func watchProcesses(of deployment: Deployment, until isOver: @Sendable () -> Bool) async throws {
        while !isOver() {
            try await Task.sleep(for: .seconds(1))
            let workers = Set(deployment.started.filter { $0.process.exitStatus == nil }.map(\.process.pid))
            // A later one of the same number goes for an earlier one.
            let owners = Dictionary(programs.map { ($0.process, $0.worker) }) { $1 }
            let orphans = try ProcessTable().marked("DRILL_MARK=\(mark)")
                .filter { process in owners[process.group].map { !workers.contains($0) } ?? false }
            note(orphans)
        }
    }

    private func note(_ orphans: [ProcessTable.Entry]) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.looks += 1
            let since = state.orphans
            state.orphans = Dictionary(orphans.map { ($0.id, since[$0.id] ?? now) }) { $1 }
            for orphan in orphans where now - (since[orphan.id] ?? now) > Self.longestOrphanhood {
                state.oldOrphans.append("\(orphan) runs on though its worker has ended")
            }
        }
    }

    /// Adds the checks of processes: when nothing runs any more, none is left.
    func checkProcesses(of deployment: Deployment, into report: inout DrillReport) async throws {
        let (looks, orphans) = state.withLock { ($0.looks, $0.oldOrphans) }
        report.check("no program outlived its worker", cases: looks, orphans)
        let running = Set(deployment.started.filter { $0.process.exitStatus == nil }.map(\.process.pid))
        let table = "DDB_TABLE=\(deployment.plane.table.name)"
        var left: [String] = []
        // What was killed may take a moment to go.
        for _ in 0..<10 {
            let processes = try ProcessTable()
            let strays = processes.marked(table)
                .filter { !running.contains($0.id) && !($0.isWatcher && running.contains($0.parent)) }
            let zombies = processes.entries.filter { $0.state == "Z" && running.contains($0.parent) }
            left = (processes.marked("DRILL_MARK=\(mark)") + strays + zombies).map(\.description)
            if left.isEmpty { break }
            try await Task.sleep(for: .seconds(1))
        }
        report.check("no process is left over", cases: programs.count, left)
    }

    /// How long a program may live when its worker has been killed: long enough for a busy machine.
    private static let longestOrphanhood: Duration = .seconds(5)
}

/// That a program has begun with an attempt at a job, as it says itself.
struct ProgramStart: Sendable {
    let process: pid_t
    let worker: pid_t
    let job: String
    let attempt: Int

    /// Reads a line that `drill.sh` writes.
    init?(_ line: String) {
        let words = line.split(separator: " ")
        guard words.count == 4, let process = pid_t(words[0]), let worker = pid_t(words[1]), let attempt = Int(words[3])
        else { return nil }
        (self.process, self.worker, self.attempt) = (process, worker, attempt)
        job = String(words[2])
    }
}
