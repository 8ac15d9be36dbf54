import Glibc
import HTTPTypes
import JobsysAWSTestKit
import JobsysJSON
import Synchronization
import Testing

/// What jobctl does where the service, its reader or its user does not let it finish.
@Suite("jobctl in trouble", .endToEnd, .timeLimit(.minutes(15)))
struct JobctlTroubleTests {
    private static let id = "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"
    private static let going = #"{"jobId":"\#(id)","status":"RUNNING"}"#
    private static let over = #"{"jobId":"\#(id)","status":"SUCCEEDED"}"#
    private static let down = #"{"detail":"Down.","status":503}"#
    private static let resume = "to wait for it again: jobctl show \(id) --wait\n"

    /// A service that takes a job, and answers what is asked about it in turn; the last answer for ever.
    private static func service(
        _ answers: Script...,
        body: (Jobctl, ScriptedServer) async throws -> Void
    ) async throws {
        let left = Mutex(answers)
        let handler: ScriptedServer.Handler = { request in
            guard request.method == "GET" else { return .respond(202, text: going) }
            return left.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .hang }
        }
        try await ScriptedServer.with(handler: handler) { server in try await body(Jobctl(url: server.url), server) }
    }

    @Test("A wait names the job at once, and outlives answers that fail, until the job is over")
    func waitOutlivesFailures() async throws {
        try await Self.service(
            .respond(503, headers: [.retryAfter: "1"], text: Self.down),
            .html(502),
            .respond(429, text: #"{"detail":"Slowly."}"#),
            .respond(500, text: #"{"detail":"Our fault."}"#),
            .truncate(contentLength: 100, sending: Array("{".utf8)),
            .respond(text: Self.going),
            .respond(text: Self.over)
        ) { jobctl, _ in
            let outcome = try await jobctl.run("submit", "t", "--payload", "1", "--wait")
            #expect(outcome.status == .exited(0))
            #expect(outcome.output == Self.over + "\n")
            #expect(outcome.errors.hasPrefix("jobctl: submitted job \(Self.id), "))
        }
    }

    @Test("A wait outlives a restart of the API", .deployment(.api, .worker))
    func waitOutlivesRestart() async throws {
        let deployment = try Deployment.current
        let api = try deployment.running(.api)
        let address = try await api.address()
        let jobctl = Jobctl(url: "http://\(address)")
        try await jobctl.running("submit", "drill", "--payload", #"{"sleepMs":4000}"#, "--wait") { process in
            try await eventually(within: .seconds(20), "the job is named") {
                process.errors.text.contains("submitted job ")
            }
            #expect(try await api.stop(within: .seconds(20)) == .exited(0))
            try await eventually(within: .seconds(20), "the tool finds nobody there") {
                process.errors.text.contains("does not answer: ")
            }
            try await deployment.start(.api, ["PORT": String(address.split(separator: ":")[1])])
            #expect(try await process.exitStatus(within: .seconds(60)) == .exited(0))
            #expect(try JSONValue(parsing: process.output.text)["status"] == "SUCCEEDED")
        }
    }

    @Test("A wait ends at its time with the job as it is, an exit code of its own, and the way to go on")
    func waitEnds() async throws {
        try await Self.service(.respond(text: Self.going)) { jobctl, _ in
            for arguments in ["submit t --payload 1", "show \(Self.id)"] {
                let outcome = try await jobctl.shell("jobctl \(arguments) --wait --wait-seconds 1")
                #expect(outcome.status == .exited(75))
                #expect(outcome.output == Self.going + "\n")
                #expect(outcome.errors.hasSuffix(Self.resume))
            }
        }
        try await Self.service(.respond(503, text: Self.down)) { jobctl, _ in
            let outcome = try await jobctl.run("submit", "t", "--payload", "1", "--wait", "--wait-seconds", "1")
            #expect(outcome.status == .exited(69))
            #expect(outcome.output == Self.going + "\n")
            #expect(outcome.errors.contains(Self.resume))
        }
    }

    @Test("SIGINT and SIGTERM end a wait with the job as it was last seen, and the way to go on", arguments: [2, 15])
    func waitInterrupted(signal: Int32) async throws {
        try await Self.service(.hang) { jobctl, server in
            try await jobctl.running("submit", "t", "--payload", "1", "--wait") { process in
                try await eventually(within: .seconds(20), "the job is asked for") { server.requests.count == 2 }
                process.signal(signal)
                #expect(try await process.exitStatus(within: .seconds(10)) == .exited(128 + signal))
                #expect(process.output.text == Self.going + "\n")
                #expect(process.errors.text.hasSuffix(Self.resume))
            }
        }
    }

    @Test("A submission whose answer was lost is repeated under the same key; one that fails for good tells the key")
    func submission() async throws {
        let answers: [Script] = [.closeWithoutAnswer, .respond(503, text: Self.down), .respond(202, text: Self.going)]
        try await ScriptedServer.with(responses: answers) { server in
            let outcome = try await Jobctl(url: server.url).run("submit", "t", "--payload", "1")
            #expect(outcome.status == .exited(0))
            #expect(outcome.output == Self.going + "\n")
            let keys = server.requests.map { $0.headers.first { $0.name.canonicalName == "idempotency-key" }?.value }
            #expect(keys.count == 3 && Set(keys).count == 1 && keys[0] != nil)
        }
        try await ScriptedServer.with(.respond(503, text: Self.down)) { server in
            let jobctl = Jobctl(url: server.url)
            let outcome = try await jobctl.run("submit", "t", "--payload", "1", "--retry-seconds", "0")
            #expect(outcome.status == .exited(69))
            let key = server.requests.first?.headers.first { $0.name.canonicalName == "idempotency-key" }?.value
            #expect(outcome.errors.contains("--idempotency-key \(key ?? "none was sent")\n"))
        }
    }

    @Test("A list goes on after a page that fails, and its lines are there as they come")
    func listLines() async throws {
        let page = #"{"jobs":[{"n":1},{"n":2}],"nextCursor":"a"}"#
        let last = #"{"jobs":[{"n":3}]}"#
        try await Self.service(.respond(text: page), .html(502), .respond(text: last)) { jobctl, _ in
            let outcome = try await jobctl.run("list")
            #expect(outcome.status == .exited(0))
            #expect(try outcome.documents == [["n": 1], ["n": 2], ["n": 3]])
        }
        try await Self.service(.respond(text: page), .hang) { jobctl, _ in
            try await jobctl.running("list") { process in
                try await eventually(within: .seconds(20), "the first lines are there") {
                    process.output.lines == [#"{"n":1}"#, #"{"n":2}"#]
                }
                process.signal(SIGTERM)
                #expect(try await process.exitStatus(within: .seconds(10)) == .exited(143))
            }
        }
    }

    @Test(
        "Output that cannot be written is an error",
        arguments: [
            "show \(id)", "submit t --payload 1", "cancel \(id)", "redrive \(id)", "list", "list --output table",
            "incidents", "redrive --all --dry-run", "redrive --all", "--help", "help submit",
        ]
    )
    func fullDisk(command: String) async throws {
        let document = #"{"jobs":[{"jobId":"a"}],"incidents":[{"jobId":"a"},{"jobId":"b"}]}"#
        try await Self.service(.respond(text: document)) { jobctl, _ in
            let full = try await jobctl.shell("jobctl \(command) >/dev/full")
            #expect(full.status == .exited(74))
            #expect(full.errors.hasSuffix("jobctl: standard output cannot be written: No space left on device\n"))
            let closed = try await jobctl.shell("jobctl \(command) >&-")
            #expect(closed.status == .exited(74))
            #expect(closed.errors.hasSuffix("jobctl: standard output cannot be written: Bad file descriptor\n"))
            guard command == "redrive --all" else { return }
            let tally = "jobctl: 1 redriven, 0 skipped, 0 failed; ended early; 1 left\n"
            #expect(full.errors.hasPrefix(tally))
        }
    }

    @Test("A reader that has seen enough ends a list, without a complaint")
    func closedPipe() async throws {
        let page = #"{"jobs":[\#(Array(repeating: #"{"n":1}"#, count: 100).joined(separator: ","))],"nextCursor":"a"}"#
        try await Self.service(.respond(text: page)) { jobctl, _ in
            let outcome = try await jobctl.shell(
                #"jobctl list --limit 1000000 | head -n 1; echo "${PIPESTATUS[0]}""#
            )
            #expect(outcome.output == "{\"n\":1}\n141\n")
            #expect(outcome.errors == "")
        }
    }

    @Test("SIGINT ends a redrive of many with its tally, after the job that is being redriven")
    func redriveInterrupted() async throws {
        let incidents = (0..<5).map { #"{"jobId":"\#($0)","generation":0}"# }.joined(separator: ",")
        let slow = Mutex(false)
        let handler: ScriptedServer.Handler = { request in
            if request.method == "GET" { return .respond(text: #"{"incidents":[\#(incidents)],"nextCursor":"a"}"#) }
            guard request.path == "/jobs/1/redrive" else { return .respond(202, text: "{}") }
            slow.withLock { $0 = true }
            return .delayed(.seconds(3), .respond(202, text: "{}"))
        }
        try await ScriptedServer.with(handler: handler) { server in
            try await Jobctl(url: server.url)
                .running("redrive", "--all", "--rate", "2") { process in
                    try await eventually(within: .seconds(20), "the second job is being redriven") {
                        slow.withLock { $0 }
                    }
                    process.signal(SIGINT)
                    #expect(try await process.exitStatus(within: .seconds(10)) == .exited(130))
                    #expect(process.output.lines.count == 2)
                    #expect(
                        process.errors.text == "jobctl: 2 redriven, 0 skipped, 0 failed; interrupted; 3 or more left\n"
                    )
                    #expect(server.requests.filter { $0.method == "POST" }.count == 2)
                }
        }
    }

    @Test(
        "SIGINT ends a submission of many with what is done and how to go on: while a batch is answered, or a pipe is silent",
        arguments: [".jobs", "/dev/stdin"]
    )
    func submissionInterrupted(source: String) async throws {
        let count = Mutex(0)
        let results = Array(repeating: #"{"status":202,"job":{}}"#, count: 100).joined(separator: ",")
        let answer = Script.respond(text: #"{"results":[\#(results)]}"#)
        let handler: ScriptedServer.Handler = { _ in
            count.withLock { $0 += 1 }
            return source == ".jobs" ? .delayed(.seconds(2), answer) : answer
        }
        try await ScriptedServer.with(handler: handler) { server in
            let lines = #"for i in {1..2000}; do echo '{"type":"t","payload":1}'; done"#
            let path = source == ".jobs" ? "\(try LogFolder.make("files"))/interrupted" : source
            let command =
                source == ".jobs"
                ? "\(lines) >'\(path)'; exec jobctl submit --file '\(path)'"
                : "exec jobctl submit --file \(path) < <(\(lines); exec sleep 60)"
            try await Jobctl(url: server.url)
                .runningShell(command) { process in
                    try await eventually(within: .seconds(20), "batches are under way") {
                        count.withLock { $0 } >= (source == ".jobs" ? 4 : 20)
                    }
                    process.signal(SIGINT)
                    #expect(try await process.exitStatus(within: .seconds(10)) == .exited(130))
                    let done = process.output.lines.count
                    #expect(source == ".jobs" ? (400...800).contains(done) : done == 2000)
                    let tally =
                        "jobctl: \(done) submitted, 0 were there already, 0 failed; interrupted after line \(done)\n"
                    #expect(process.errors.text.contains(tally))
                    #expect(process.errors.text.contains("make no job twice, with --run "))
                    #expect(count.withLock { $0 } * 100 == done)
                }
        }
    }

    @Test(
        "A payload comes from standard input, a device or a pipe, and may be longer than an argument",
        arguments: [
            "printf %s \"$payload\" | jobctl submit t --payload @-",
            "printf %s \"$payload\" | jobctl submit t --payload @/dev/stdin",
            "jobctl submit t --payload @<(printf %s \"$payload\")",
        ]
    )
    func payload(command: String) async throws {
        try await Self.service(.hang) { jobctl, server in
            let payload = #"payload=$(printf '"'; head -c 200000 /dev/zero | tr '\0' x; printf '"'); "#
            let outcome = try await jobctl.shell(payload + command)
            #expect(outcome.status == .exited(0), "\(outcome.errors)")
            let body = try JSONValue(parsing: try #require(server.requests.first).body)
            #expect(body["payload"]?.stringValue == String(repeating: "x", count: 200_000))
        }
    }

    @Test(
        "An id that is empty, or that a URL would take for a place above, is a wrong use",
        arguments: ["", " ", ".."]
    )
    func emptyID(id: String) async throws {
        try await Self.service(.respond(text: #"{"jobs":[]}"#)) { jobctl, server in
            for command in ["show", "cancel", "redrive"] {
                let outcome = try await jobctl.run(command, id)
                #expect(outcome.status == .exited(64))
                #expect(outcome.errors.contains(id == ".." ? "is no job's id." : "A job's id must not be empty."))
            }
            #expect(server.requests == [])
        }
    }

    @Test("A proxy is asked where the environment names one, but for hosts that need none")
    func proxy() async throws {
        try await Self.service(.respond(text: #"{"jobs":[]}"#)) {
            (direct: Jobctl, proxy: ScriptedServer) async throws in
            var jobctl = Jobctl(url: "http://jobs.invalid", settings: ["http_proxy": direct.url])
            #expect(try await jobctl.run("list").status == .exited(0))
            #expect(proxy.requests.map(\.path) == ["http://jobs.invalid/jobs?limit=20"])
            jobctl.settings["no_proxy"] = ".invalid"
            #expect(try await jobctl.run("list", "--retry-seconds", "0").status == .exited(69))
            #expect(proxy.requests.count == 1)
        }
    }

    @Test("A private certificate authority is trusted where an option or a variable names it")
    func privateAuthority() async throws {
        let folder = try LogFolder.make("authority")
        let script = """
            cd '\(folder)'
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=jobs.test -days 2 \
                -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out ca.pem 2>/dev/null
            printf 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n{"jobs":[]}' >'jobs?limit=20'
            exec openssl s_server -HTTP -accept 127.0.0.1:0 -cert ca.pem -key key.pem
            """
        let server = try ChildProcess(
            "/bin/bash",
            ["-ec", script],
            environment: ["PATH": "/usr/bin:/bin"],
            name: "server",
            folder: folder
        )
        defer { server.end() }
        let port = try await eventually(within: .seconds(20), "the server listens") {
            server.output.lines.first { $0.hasPrefix("ACCEPT ") }?.split(separator: ":").last.map(String.init)
        }
        let authority = "\(folder)/ca.pem"
        var jobctl = Jobctl(url: "https://127.0.0.1:\(port)")
        let stranger = try await jobctl.run("list")
        #expect(stranger.status == .exited(69))
        #expect(stranger.errors.contains("certificate"))
        #expect(try await jobctl.run("list", "--cacert", authority).status == .exited(0))
        for variable in ["CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
            jobctl.settings = [variable: authority]
            #expect(try await jobctl.run("list").status == .exited(0))
            jobctl.settings = [variable: "/no/such/file"]
            let missing = try await jobctl.run("list")
            #expect(missing.status == .exited(64))
            #expect(missing.errors.contains("\(variable): /no/such/file cannot be read: No such file or directory"))
        }
    }
}
