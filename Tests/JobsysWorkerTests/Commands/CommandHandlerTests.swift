import FoundationEssentials
import Glibc
import JobsysCore
import JobsysJSON
import Testing

@testable import JobsysWorker

@Suite("A command", .timeLimit(.minutes(5)))
struct CommandHandlerTests {
    @Test(
        "is given the payload, its arguments, its directory and its job, and nothing of the worker's but what is named"
    )
    func input() async throws {
        let script = """
            import json, os, sys
            env = dict(os.environ)
            env.pop("LC_CTYPE", None)
            blocked = [line.split()[1] for line in open("/proc/self/status") if line[:7] in ("SigBlk:", "SigIgn:")]
            print(json.dumps({
                "payload": json.load(sys.stdin), "arguments": sys.argv[1:], "directory": os.getcwd(), "environment": env,
                "files": sorted(int(n) for n in os.listdir("/proc/self/fd"))[:4], "leader": os.getpgid(0) == os.getpid(),
                "blocked": blocked[0]}))
            """
        try await CommandBench.with { (bench) async throws -> Void in
            let target = CommandTarget(
                words: ["python3", "-c", script, "$HOME", "a b"],
                environment: ["MODE": "nightly", "TZ": "UTC"]
            )
            let worker = [
                "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "Europe/Berlin", "PORT": "8081",
                "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "WEBHOOK_URL": "http://secret", "HANDLERS_FILE": "handlers.yaml",
            ]
            let result = try await bench.run(target, ["text": "ä"], worker: worker)
            #expect(
                result == [
                    "payload": ["text": "ä"], "arguments": ["$HOME", "a b"],
                    "directory": .string(URL(filePath: bench.folder).resolvingSymlinksInPath().path),
                    "environment": [
                        "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
                        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "MODE": "nightly",
                        "JOBSYS_JOB_ID": "0190a3c0-0000-7000-8000-000000000001", "JOBSYS_TYPE": "test",
                        "JOBSYS_ATTEMPT": "2", "JOBSYS_MAX_ATTEMPTS": "5", "JOBSYS_PROGRESS_FD": "3",
                        "JOBSYS_DEADLINE": "2030-01-02T03:04:05.000Z",
                        "TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                    ],
                    "files": [0, 1, 2, 3], "leader": true, "blocked": "0000000000000000",
                ]
            )
        }
    }

    @Test(
        "answers with what it writes: JSON, else a text, or nothing",
        arguments: [
            (#"printf '{"a": [1, 2.5, null]}\n'"#, ["a": [1, 2.5, nil]] as JSONValue),
            ("echo 17", 17), ("printf 'two\\nlines\\n\\n'", "two\nlines"), ("true", .null), ("echo", .null),
            ("echo NaN", "NaN"), ("echo '{\"a\": }'", "{\"a\": }"), ("printf 'caf\\351'", "caf\u{fffd}"),
            ("echo ' text '", " text "),
        ]
    )
    func results(script: String, result: JSONValue) async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            #expect(try await bench.shell(script) == result)
        }
    }

    @Test(
        "fails by its exit status, and says why by its last line of standard error",
        arguments: [
            (64, .validation), (65, .validation), (66, .validation), (76, .validation), (68, .network), (69, .system),
            (70, .system), (71, .system), (74, .system), (75, .rateLimit), (77, .system), (78, .system), (1, .unknown),
            (2, .unknown), (67, .unknown), (127, .unknown), (255, .unknown),
        ] as [(Int, ErrorClass)]
    )
    func statuses(status: Int, errorClass: ErrorClass) async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            let failure = await bench.failure("echo 'first line' >&2; echo 'no such row' >&2; echo >&2; exit \(status)")
            #expect(failure == JobFailure(errorClass, "the program ended with status \(status): no such row"))
        }
    }

    @Test(
        "may say more of a failure on standard output",
        arguments: [
            (
                #"{"class": "NETWORK", "message": "no route", "retryAfter": 90}"#,
                JobFailure(.network, "the program ended with status 1: no route", retryAfter: .seconds(90))
            ),
            (
                #"{"class": "RATE_LIMIT", "retryAfter": "2m"}"#,
                JobFailure(.rateLimit, "the program ended with status 1: on standard error", retryAfter: .seconds(120))
            ),
            (
                #"{"class": "BOREDOM", "message": 7, "retryAfter": -1}"#,
                JobFailure(.unknown, "the program ended with status 1: on standard error")
            ),
            ("half of a result", JobFailure(.unknown, "the program ended with status 1: on standard error")),
        ]
    )
    func saidFailures(output: String, failure: JobFailure) async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            #expect(await bench.failure("echo '\(output)'; echo 'on standard error' >&2; exit 1") == failure)
        }
    }

    @Test("that a signal kills has failed with SYSTEM")
    func killed() async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            let failure = await bench.failure("echo 'out of memory' >&2; kill -KILL $$")
            #expect(failure == JobFailure(.system, "the program was killed by signal 9: out of memory"))
        }
    }

    @Test("that cannot be started has failed with SYSTEM")
    func notStarted() async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            let noFormat = "\(bench.folder)/no-format"
            try "no program".write(toFile: noFormat, atomically: false, encoding: .utf8)
            chmod(noFormat, 0o755)
            let cases: [(CommandTarget, String)] = [
                (CommandTarget(words: ["no-such-program"]), "the program no-such-program is in no folder of PATH"),
                (CommandTarget(words: ["/etc/passwd"]), "the program /etc/passwd cannot be run: Permission denied"),
                (
                    CommandTarget(words: ["true"], directory: "/no/such/folder"),
                    "the directory /no/such/folder cannot be used: No such file or directory"
                ),
                (
                    CommandTarget(words: [noFormat]),
                    "\(noFormat): starting the program failed: Exec format error"
                ),
            ]
            for (target, message) in cases {
                await #expect(throws: JobFailure(.system, message)) { try await bench.run(target) }
            }
        }
    }

    @Test("that writes more than a result may have is ended, and fails with UNKNOWN")
    func tooLong() async throws {
        let message =
            "standard output, which is the result, has more than 98304 bytes; what is for the log belongs on standard error"
        try await CommandBench.with { (bench) async throws -> Void in
            // It would go on for ever.
            #expect(await bench.failure("yes") == JobFailure(.unknown, message))
            #expect(await bench.failure("head -c 98305 /dev/zero") == JobFailure(.unknown, message))
            // With its quotation marks it is as long as a result may be; with one more it is not.
            let longest = try await bench.shell("head -c 98302 /dev/zero | tr '\\0' a")
            #expect(longest.stringValue?.utf8.count == 98302)
            #expect(await bench.failure("head -c 98303 /dev/zero | tr '\\0' a") == JobFailure(.unknown, message))
        }
    }

    @Test("need not read what it is given, nor keep its output open")
    func closesEarly() async throws {
        let payload = JSONValue.string(String(repeating: "x", count: 1_000_000))
        try await CommandBench.with { (bench) async throws -> Void in
            #expect(try await bench.shell("echo done", payload) == "done")
            #expect(try await bench.shell("exec <&-; sleep 0.2; echo done", payload) == "done")
            #expect(try await bench.shell("echo done; exec >&- 2>&- 3>&-; sleep 0.2", payload) == "done")
            #expect(try await bench.shell("wc -c", payload) == 1_000_002)
        }
    }

    @Test("says how far it has come by lines at descriptor 3")
    func progress() async throws {
        let script = """
            echo 0.25 >&3
            echo '0.5  half of it' >&3
            echo '{"fraction": 0.75, "message": "nearly"}' >&3
            echo '{"fraction": 7}' >&3
            echo 'password=hunter2 50%' >&3
            printf 1 >&"$JOBSYS_PROGRESS_FD"
            """
        try await CommandBench.with { (bench) async throws -> Void in
            #expect(try await bench.shell(script) == .null)
            #expect(
                bench.progress.elements == [
                    .init(fraction: 0.25, message: nil), .init(fraction: 0.5, message: "half of it"),
                    .init(fraction: 0.75, message: "nearly"), .init(fraction: 1, message: nil),
                ]
            )
            #expect(
                bench.lines == [
                    #"warning: command wrote a line of progress that cannot be read: {"fraction": 7}"#
                ]
            )
        }
    }

    @Test("has its standard error logged line by line, without secrets, cut and limited")
    func errors() async throws {
        let script = """
            printf 'one\\r\\npassword=hunter2\\n\\n' >&2
            head -c 5000 /dev/zero | tr '\\0' x >&2
            echo >&2
            i=0; while [ $i -lt 1200 ]; do i=$((i+1)); echo "line $i"; done >&2
            printf 'last' >&2
            exit 1
            """
        try await CommandBench.with { (bench) async throws -> Void in
            let failure = await bench.failure(script)
            #expect(failure == JobFailure(.unknown, "the program ended with status 1: last"))
            let lines = bench.lines
            #expect(lines.count == 1001)
            #expect(
                Array(lines.prefix(4)) == [
                    "info: command wrote: one", "info: command wrote: password=[redacted]",
                    "info: command wrote: \(String(repeating: "x", count: 4096))…", "info: command wrote: line 1",
                ]
            )
            #expect(lines.last == "warning: command wrote more lines than are logged: 204")
        }
    }
}
