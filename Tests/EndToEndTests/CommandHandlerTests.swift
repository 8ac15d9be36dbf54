import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysJSON
import Testing

@Suite("A job that a command runs", .endToEnd, .timeLimit(.minutes(15)))
struct CommandHandlerTests {
    /// Files for a worker, in a folder of their own.
    struct Files: Sendable {
        let folder: String

        init() throws {
            folder = try LogFolder.make("handlers-\(UUID().uuidString.prefix(8).lowercased())")
        }

        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }

        func text(_ name: String) -> String? {
            // It may not be there yet.
            try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        }

        /// The settings of a worker that goes by `handlers.yaml`.
        func settings(_ others: [String: String] = [:]) -> [String: String] {
            ["HANDLERS_FILE": "\(folder)/handlers.yaml", "LEASE_SECONDS": "3"].merging(others) { $1 }
        }

        /// Waits for a number that a program writes.
        func number(_ name: String) async throws -> pid_t {
            try await eventually(within: .seconds(20), "\(name) is written") { () -> pid_t? in
                text(name).flatMap { $0.hasSuffix("\n") ? pid_t($0.dropLast()) : nil }
            }
        }
    }

    /// Notes its own id and that of a process that it starts, and goes on until it is stopped.
    static let endless = """
        trap 'echo told > told.txt; exit 0' TERM
        sh -c 'trap "" TERM; echo $$ > child.txt.new; mv child.txt.new child.txt; while :; do sleep 1; done' &
        echo $$ > own.txt.new; mv own.txt.new own.txt
        [ "$JOBSYS_ATTEMPT" = 1 ] || exit 0
        while :; do sleep 0.1; done
        """

    static func handlers(_ policy: String = "{}", folder: String, program: String = "endless.sh") -> String {
        """
        handlers:
          work:
            command: [sh, \(program)]
            directory: \(folder)
            grace: 500ms
            policy: \(policy)
        """
    }

    /// Starts the services and a job that goes on until it is stopped.
    private func startEndless(
        _ policy: String = "{}",
        settings: [String: String] = [:]
    ) async throws -> (files: Files, worker: ServiceProcess, client: APIClient, id: String) {
        let deployment = try Deployment.current
        let files = try Files()
        try files.write("endless.sh", Self.endless)
        try files.write("handlers.yaml", Self.handlers(policy, folder: files.folder))
        let worker = try await deployment.start(.worker, files.settings(settings))
        let client = try await deployment.client
        return (files, worker, client, try await client.accepted("work", .null))
    }

    @Test("is made of the documentation's samples, which do what it says", .deployment(.api, .dlqHandler))
    func documentation() async throws {
        let deployment = try Deployment.current
        let files = try Files()
        let document = try documentText("docs/handlers.md").replacing("/app", with: files.folder)
        for name in ["handlers.yaml", "report.py"] {
            let start = try #require(document.firstRange(of: "# \(name)\n"))
            let rest = document[start.lowerBound...]
            let end = try #require(rest.firstRange(of: "```"))
            try files.write(name, String(rest[..<end.lowerBound]))
        }
        let binaries = try TestEnvironment.required().binaries
        let path = "\(binaries):/usr/local/bin:/usr/bin:/bin"
        let check = try await Command.run(
            "\(binaries)/svc-worker",
            ["--check-handlers", "\(files.folder)/handlers.yaml"],
            environment: ["PATH": path]
        )
        #expect(check.status == .exited(0))
        #expect(check.errors == "")
        #expect(check.output.hasPrefix("report.build  command  python3 report.py in \(files.folder)  timeout=10m"))

        let worker = try await deployment.start(.worker, files.settings())
        let address = try await deployment.running(.api).address()
        let script = Sample.scripts(inText: document).joined(separator: "\n")
            .replacing("127.0.0.1:8080", with: address)
        let outcome = try await Command.run(
            "/bin/bash",
            ["-euo", "pipefail", "-c", script],
            environment: ["PATH": path, "NO_PROXY": "127.0.0.1"]
        )
        #expect(outcome.status == .exited(0), "\(outcome.errors)")
        #expect(outcome.output.contains(#""status":"SUCCEEDED""#))
        #expect(outcome.output.contains(#""rows":3}"#))

        let client = try await deployment.client
        let id = try await client.accepted("report.build", ["rows": 1001])
        let job = try await client.finishedJob(id, within: .seconds(30))
        #expect(job["status"] == "FAILED_FINAL")
        #expect(job["attempts"] == 1)
        #expect(job["error"]?["class"] == "VALIDATION")
        #expect(
            job["error"]?["message"] == "the program ended with status 65: 1001 rows are more than a report has"
        )
        #expect(
            worker.lines("command wrote", job: id).map { $0["command.line"] } == [
                "1001 rows are more than a report has"
            ]
        )
    }

    @Test("that is cancelled has its whole group ended", .deployment(.api))
    func cancelled() async throws {
        let (files, _, client, id) = try await startEndless()
        let (own, child) = (try await files.number("own.txt"), try await files.number("child.txt"))
        _ = try await client.send(.post, "/jobs/\(id)/cancel").json(status: 202)
        let job = try await client.finishedJob(id, within: .seconds(20))
        #expect(job["status"] == "CANCELLED")
        #expect(job["attempts"] == 1)
        #expect(files.text("told.txt") == "told\n")
        try await untilGone(own)
        try await untilGone(child)
    }

    @Test("that takes too long at every attempt fails for good", .deployment(.api, .dlqHandler))
    func timedOut() async throws {
        let deployment = try Deployment.current
        let files = try Files()
        // It heeds no SIGTERM.
        try files.write("endless.sh", "trap '' TERM; echo $$ > own$JOBSYS_ATTEMPT.txt; while :; do sleep 1; done")
        try files.write(
            "handlers.yaml",
            Self.handlers("{timeout: 1s, maxAttempts: 2, backoff: {base: 10ms, limit: 10ms}}", folder: files.folder)
        )
        try await deployment.start(.worker, files.settings())
        let client = try await deployment.client
        let id = try await client.accepted("work", .null)
        let job = try await client.finishedJob(id, within: .seconds(30))
        #expect(job["status"] == "FAILED_FINAL")
        #expect(job["attempts"] == 2)
        #expect(job["error"]?["class"] == "SYSTEM")
        #expect(job["error"]?["message"] == "timed out after 1.0 seconds")
        try await untilGone(try await files.number("own1.txt"))
        try await untilGone(try await files.number("own2.txt"))
    }

    @Test("leaves no process when its worker is killed, and runs again", .deployment(.api))
    func workerKilled() async throws {
        let (files, worker, client, id) = try await startEndless()
        let (own, child) = (try await files.number("own.txt"), try await files.number("child.txt"))
        worker.process.signal(SIGKILL)
        #expect(try await worker.process.exitStatus(within: .seconds(5)) == .killed(SIGKILL))
        try await untilGone(own)
        try await untilGone(child)
        #expect(files.text("told.txt") == nil)

        try await Deployment.current.start(.worker, files.settings())
        let job = try await client.finishedJob(id, within: .seconds(30))
        #expect(job["status"] == "SUCCEEDED")
        #expect(job["attempts"] == 2)
    }

    @Test("is handed back when its worker stops, and costs no attempt", .deployment(.api))
    func workerStops() async throws {
        let (files, worker, client, id) = try await startEndless(settings: ["SHUTDOWN_GRACE_SECONDS": "1"])
        let (own, child) = (try await files.number("own.txt"), try await files.number("child.txt"))
        #expect(try await worker.stop(within: .seconds(8)) == .exited(0))
        #expect(worker.lines("job handed back", job: id).count == 1)
        // Each is gone when the worker is; a killed orphan may take a moment.
        try await untilGone(own)
        try await untilGone(child)
        #expect(files.text("told.txt") == "told\n")
        let job = try await client.job(id)
        #expect(job["status"] == "PENDING")
        #expect(job["attempts"] == 0)

        try files.write("endless.sh", "echo again")
        try await Deployment.current.start(.worker, files.settings())
        let last = try await client.finishedJob(id, within: .seconds(30))
        #expect(last["result"] == "again")
        #expect(last["attempts"] == 1)
    }

    @Test("is not begun by a worker whose file is wrong: it names each problem, and ends with 78")
    func wrongFile() async throws {
        let files = try Files()
        let path = "\(files.folder)/handlers.yaml"
        try files.write(
            "handlers.yaml",
            "handlers:\n  work:\n    comand: [sh]\n    policy: {timeout: soon}\n  transform: {command: [sh]}\n"
        )
        let lines = """
            \(path):2:3: handlers.work: expected http or command
            \(path):3:5: handlers.work.comand: unknown key, did you mean command?
            \(path):4:23: handlers.work.policy.timeout: found "soon", expected a time such as 500ms, 30s, 10m, 2h or 1d, \
            from 1ms to 12h
            \(path):5:3: handlers.transform: the worker itself runs jobs of this type, and only its policy can stand here

            """
        let environment = CommandLineTests.complete.merging(["HANDLERS_FILE": path]) { $1 }
        let start = try await Command.run(Service.worker.executable, environment: environment)
        #expect(start == Command.Outcome(status: .exited(78), output: "", errors: lines))
        let check = try await Command.run(Service.worker.executable, ["--check-handlers", path])
        #expect(check == Command.Outcome(status: .exited(78), output: "", errors: lines))

        try files.write("handlers.yaml", "handlers: {work: {command: [no-such-program]}}\n")
        let missing = try await Command.run(Service.worker.executable, ["--check-handlers", path])
        #expect(missing.status == .exited(78))
        #expect(
            missing.errors == "\(path):1:12: handlers.work: the program no-such-program is in no folder of PATH\n"
        )
    }

    private func documentText(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return try String(contentsOfFile: root.joined(separator: "/") + "/\(name)", encoding: .utf8)
    }

    /// Waits until a process has ended; nobody may have reaped it yet.
    private func untilGone(_ id: pid_t) async throws {
        try await eventually(within: .seconds(10), "process \(id) has ended") { () -> Bool in
            // It may end between the two looks.
            guard kill(id, 0) == 0, let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else {
                return true
            }
            return stat.split(separator: ")").last?.hasPrefix(" Z") == true
        }
    }
}
