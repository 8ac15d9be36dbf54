import FoundationEssentials
import HTTPTypes
import JobsysCore
import JobsysJSON
import JobsysServiceRuntime
import Testing

@testable import JobsysWorker

@Suite("A handlers file")
struct HandlersFileTests {
    static let sample = #"""
        handlers:
          image.resize:
            http: {url: "http://127.0.0.1:9000/resize", secrets: ["env:RESIZE_SECRET"], sigv4: null}
            policy: {timeout: 30s, maxAttempts: 5, concurrency: 4, rate: 50/s, backoff: {base: 1s, limit: 60s}}
          report.build:
            command: ["python3", "report.py", 7, ""]
            directory: /app
            environment: {MODE: nightly, TOKEN: "env:REPORT_TOKEN", EMPTY: ""}
            grace: 500ms
            policy: {timeout: 10m}
          transform:
            policy: {maxAttempts: 2}
        inbox:
          - {match: {source: aws.s3, detail-type: "Object Created", detail: {size: 1, last: true, name: "1"}}, type: image.resize}
        """#

    static func read(_ text: String) throws(HandlersFileError) -> HandlersFile {
        try HandlersFile(
            text: text,
            path: "handlers.yaml",
            codeTypes: ["transform"],
            environment: ["REPORT_TOKEN": "s3cret", "RESIZE_SECRET": HTTPHandlerBench.secret, "SHORT": "whsec_AAAA"]
        )
    }

    @Test("says which types are run by what, and under which policy")
    func sampleFile() throws {
        let file = try Self.read(Self.sample)
        #expect(file.handlers.map(\.type) == ["image.resize", "report.build", "transform"])
        #expect(
            file.handlers.map(\.kind) == [
                .http(
                    HTTPTarget(
                        url: try HTTPHandlerBench.url("http://127.0.0.1:9000/resize"),
                        secrets: [.variable("RESIZE_SECRET")]
                    )
                ),
                .command(
                    CommandTarget(
                        words: ["python3", "report.py", "7", ""],
                        directory: "/app",
                        environment: ["MODE": "nightly", "TOKEN": "s3cret", "EMPTY": ""],
                        grace: .milliseconds(500)
                    )
                ),
                .code,
            ]
        )
        #expect(
            file.handlers.map { $0.policy.applied(to: .standard) } == [
                JobPolicy(
                    maxAttempts: 5,
                    backoff: JobPolicy.RetryBackoff(standard: Backoff(base: .seconds(1), limit: .seconds(60))),
                    timeout: .seconds(30),
                    concurrency: 4,
                    rate: 50
                ),
                JobPolicy(timeout: .seconds(600)), JobPolicy(maxAttempts: 2),
            ]
        )
        #expect(
            file.inbox == [
                HandlersFile.InboxRule(
                    match: [
                        "source": "aws.s3", "detail-type": "Object Created",
                        "detail": ["size": 1, "last": true, "name": "1"],
                    ],
                    type: "image.resize"
                )
            ]
        )
    }

    @Test("may say every part of a policy, and changes no other part")
    func policy() throws {
        let file = try Self.read(
            """
            handlers:
              transform:
                policy:
                  timeout: 2h
                  backoff: {limit: 2m, RATE_LIMIT: {base: 10s}, NETWORK: {base: 100ms, limit: 5s}}
                  permanent: [VALIDATION, SYSTEM]
                  breaker: {failures: never, classes: [NETWORK], pauses: {base: 1s}, sharedOutage: 1d, singleJobOutage: 0s}
                  retention: 30d
                  sensitive: [customer.email, "cards[*].number", customer.email]
            """
        )
        var base = JobPolicy.standard
        base.patience.unknown = .seconds(7)
        var expected = base
        expected.timeout = .seconds(7200)
        expected.backoff.standard.limit = .seconds(120)
        expected.backoff.byClass = [
            .rateLimit: Backoff(base: .seconds(10), limit: .seconds(300)),
            .network: Backoff(base: .milliseconds(100), limit: .seconds(5)),
        ]
        expected.permanent = [.validation, .system]
        expected.breaker = JobPolicy.Breaker(
            failures: nil,
            classes: [.network],
            pauses: Backoff(base: .seconds(1), limit: .seconds(60)),
            sharedOutage: .seconds(86400),
            singleJobOutage: .zero
        )
        expected.retention = .seconds(30 * 86400)
        // What the code says beside the file.
        base.sensitive = ["pin"]
        expected.sensitive = ["pin", "customer.email", "cards[*].number"]
        #expect(file.handlers.first?.policy.applied(to: base) == expected)
    }

    @Test("may name a part once and refer to it again")
    func alias() throws {
        let file = try Self.read(
            """
            handlers:
              a: {command: [a], policy: &slow {timeout: 1h}}
              b: {command: [b], policy: *slow}
            """
        )
        #expect(file.handlers.map { $0.policy.applied(to: .standard).timeout } == [.seconds(3600), .seconds(3600)])
    }

    /// A text and what is said about it, without the file's name.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var text: String
        var lines: [String]
        var testDescription: String { lines.first ?? "" }

        init(_ text: String, _ lines: String...) {
            (self.text, self.lines) = (text, lines)
        }
    }

    static let duration = "expected a time such as 500ms, 30s, 10m, 2h or 1d, from"
    static let classes = "VALIDATION, NETWORK, RATE_LIMIT, SYSTEM, UNKNOWN"
    static let mistakes = [
        Mistake("", ": the file is empty"),
        Mistake("# nothing\n", ": the file is empty"),
        Mistake("- a\n", ":1:1: found a list, expected keys: handlers, inbox"),
        Mistake(
            "handlers:\n  a: {command: [x]\n",
            ":3:1: while parsing a flow mapping that begins in line 2: did not find expected ',' or '}'"
        ),
        Mistake(
            "handlers:\n\ta: 1\n",
            ":2:1: while scanning for the next token that begins in line 2: found character that cannot start any token"
        ),
        Mistake("handlers:\n  a: \u{1}\n", ":2:6: control characters are not allowed"),
        Mistake(
            "handlers:\n  a: {command: [x]}\n  a: {command: [y]}\n",
            #":2:3: the key "a" stands there more than once"#
        ),
        Mistake("handlers: {a: *b}\n", ":1:15: found undefined alias"),
        Mistake(
            "a: 1\n---\nb: 1\n",
            ":2:1: expected a single document in the stream that begins in line 1: but found another document"
        ),
        Mistake("{? [a] : b}\n", ":1:4: a key that is no text"),
        Mistake("handler:\n  a: {}\n", ":1:1: handler: unknown key, did you mean handlers?"),
        Mistake("jobs: 1\n", ":1:1: jobs: unknown key, expected handlers, inbox"),
        Mistake("handlers: []\n", ":1:11: handlers: found a list, expected job types and what runs them"),
        Mistake(
            "handlers: {Resize: {command: [x]}}\n",
            #":1:12: handlers.Resize: no job type: 1 to 64 of a-z, 0-9, ".", "_" and "-", a letter first"#
        ),
        Mistake("handlers: {a: {}}\n", ":1:12: handlers.a: expected http or command"),
        Mistake(
            "handlers:\n  a:\n",
            ":2:5: handlers.a: there is no value, expected keys: http, command, directory, environment, grace, policy"
        ),
        Mistake(
            "handlers: {a: {http: {url: \"http://x\"}, command: [x]}}\n",
            ":1:41: handlers.a.command: there is http already, and one of the two runs the jobs"
        ),
        Mistake(
            "handlers: {transform: {command: [x]}}\n",
            ":1:12: handlers.transform: the worker itself runs jobs of this type, and only its policy can stand here"
        ),
        Mistake(
            "handlers: {a: {http: {url: \"ftp://x\"}, directory: /}}\n",
            #":1:28: handlers.a.http.url: found "ftp://x", expected an http or https URL"#,
            ":1:40: handlers.a.directory: belongs to command, which is not there"
        ),
        Mistake("handlers: {a: {http: {}}}\n", ":1:22: handlers.a.http: url is missing"),
        Mistake(
            "handlers: {a: {http: {url: \"http://[::ffff:a9fe:a9fe]/\", heartbeat: 10ms}}}\n",
            ":1:28: handlers.a.http.url: a link-local or metadata address, which no connection may go to",
            #":1:69: handlers.a.http.heartbeat: found "10ms", expected a time such as 500ms, 30s, 10m, 2h or 1d, "#
                + "from 1s to 12h"
        ),
        Mistake(
            """
            handlers:
              a:
                http:
                  url: http://x
                  secrets: ["env:SHORT", "env:NONE", "whsec_AAAA"]
                  headers: {Host: x, X Y: z, X-Z: "a\\nb"}
                  sigv4: {region: Europe}

            """,
            ":5:17: handlers.a.http.secrets[0]: the variable SHORT is not whsec_ and 24 to 64 bytes in base64",
            ":5:30: handlers.a.http.secrets[1]: the worker's environment has no variable NONE",
            #":5:42: handlers.a.http.secrets[2]: found "whsec_AAAA", expected env:NAME or ssm:/path, where a secret "#
                + "is that begins with whsec_",
            ":6:17: handlers.a.http.headers.Host: the worker itself sets this field for each job",
            ":6:26: handlers.a.http.headers.X Y: no name of a header field",
            ":6:39: handlers.a.http.headers.X-Z: no value of a header field",
            ":7:14: handlers.a.http.sigv4: service is missing: lambda for a function URL, execute-api for API Gateway",
            #":7:23: handlers.a.http.sigv4.region: found "Europe", expected a name such as lambda or eu-central-1"#
        ),
        Mistake(
            "handlers: {a: {command: python3 report.py}}\n",
            #":1:25: handlers.a.command: found "python3 report.py", expected a list of words such as "#
                + #"["python3", "report.py"], as there is no shell to split a text"#
        ),
        Mistake(
            "handlers: {a: {command: []}}\n",
            ":1:25: handlers.a.command: the list is empty, expected the program and its arguments"
        ),
        Mistake(
            "handlers: {a: {command: [x, [y]]}}\n",
            ":1:29: handlers.a.command[1]: found a list, expected a word"
        ),
        Mistake(
            "handlers: {a: {command: [x], environment: {JOBSYS_JOB_ID: x, \"A=B\": x, SECRET: \"env:NOT_SET\"}}}\n",
            ":1:44: handlers.a.environment.JOBSYS_JOB_ID: the worker itself sets this variable for each job",
            ":1:62: handlers.a.environment.A=B: a variable's name is neither empty nor has it an equals sign",
            ":1:80: handlers.a.environment.SECRET: the worker's environment has no variable NOT_SET"
        ),
        Mistake(
            """
            handlers:
              a:
                command: [x]
                grace: 61s
                policy:
                  timeuot: 30s
                  timeout: 5 min
                  maxAttempts: 9
                  concurrency: many
                  rate: 50/m
                  backoff: {base: 2m, limits: 60s}
                  permanent: [VALIDATION, TYPO]
                  breaker: {failures: 0}
                  sensitive: [a..b]
                  retention:
            """,
            #":4:12: handlers.a.grace: found "61s", \#(duration) 0s to 1m"#,
            ":6:7: handlers.a.policy.timeuot: unknown key, did you mean timeout?",
            #":7:16: handlers.a.policy.timeout: found "5 min", \#(duration) 1ms to 12h"#,
            #":8:20: handlers.a.policy.maxAttempts: found "9", expected a whole number from 1 to 8"#,
            #":9:20: handlers.a.policy.concurrency: found "many", expected a whole number from 1 to 1000"#,
            #":10:13: handlers.a.policy.rate: found "50/m", expected jobs in a second, from 1/s to 100000/s"#,
            ":11:16: handlers.a.policy.backoff: the base 2m is longer than the limit 1m",
            ":11:27: handlers.a.policy.backoff.limits: unknown key, did you mean limit?",
            #":12:31: handlers.a.policy.permanent[1]: found "TYPO", expected one of \#(classes)"#,
            #":13:27: handlers.a.policy.breaker.failures: found "0", expected a whole number from 1 to 1000, or never"#,
            #":14:19: handlers.a.policy.sensitive[0]: found "a..b", expected the path of a field, such as customer.email or cards[*].number"#,
            ":15:17: handlers.a.policy.retention: there is no value, \(duration) 1m to 366d"
        ),
        Mistake(
            "inbox:\n  - {match: x, type: image.resize}\n  - {type: Big}\n  - {matches: {}}\n",
            #":2:13: inbox[0].match: found "x", expected members and their values"#,
            ":3:5: inbox[1]: match is missing",
            #":3:12: inbox[1].type: found "Big", expected a job type"#,
            ":4:5: inbox[2]: match is missing",
            ":4:5: inbox[2]: type is missing",
            ":4:6: inbox[2].matches: unknown key, did you mean match?"
        ),
        Mistake(
            "handlers: {a: {command: [x], grace: \"password=hunter2 x\"}}\n",
            #":1:37: handlers.a.grace: found "password=[redacted] x", \#(duration) 0s to 1m"#
        ),
    ]

    @Test("that is wrong names each problem with its line, column and keys", arguments: mistakes)
    func mistake(_ mistake: Mistake) {
        let error = #expect(throws: HandlersFileError.self) { _ = try Self.read(mistake.text) }
        #expect(error.map { "\($0)" } == mistake.lines.map { "handlers.yaml\($0)" }.joined(separator: "\n"))
    }

    @Test("whose aliases stand for a flood of values is refused at once")
    func bombs() {
        let levels = (1...8)
            .map { level in
                "  x\(level): &x\(level) [" + repeatElement("*x\(level - 1)", count: 5).joined(separator: ", ") + "]\n"
            }
        let bomb = "x:\n  x0: &x0 [a, a, a, a, a]\n" + levels.joined()
        let error = #expect(throws: HandlersFileError.self) { _ = try Self.read(bomb) }
        #expect(
            error?.problems.map(\.message) == ["more than 10000 values, those of aliases counted"]
        )
        let aliases = "x: [&a 1, " + repeatElement("*a", count: 49).joined(separator: ", ") + "]\n"
        let other = #expect(throws: HandlersFileError.self) { _ = try Self.read(aliases) }
        #expect(other?.problems.map(\.message) == ["more than 48 aliases"])
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: HandlersFileError.self) { _ = try Self.read(deep) }
    }

    @Test("that cannot be read is said to be so")
    func unreadable() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "handlers-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            do {
                try FileManager.default.removeItem(atPath: folder)
            } catch {
                Issue.record(error)
            }
        }
        let large = "\(folder)/large.yaml"
        let binary = "\(folder)/binary.yaml"
        try String(repeating: "#", count: 1024 * 1024 + 1).write(toFile: large, atomically: false, encoding: .utf8)
        try Data([0x61, 0x3A, 0xFF]).write(to: URL(filePath: binary))
        for (path, message) in [
            ("\(folder)/none.yaml", "cannot be opened: No such file or directory"),
            (folder, "cannot be read: Is a directory"), (large, "has more than 1048576 bytes"),
            (binary, "is not UTF-8"),
        ] {
            let error = #expect(throws: HandlersFileError.self) {
                _ = try HandlersFile(path: path, codeTypes: [], environment: [:])
            }
            #expect(error.map { "\($0)" } == "\(path): \(message)")
        }
    }

    @Test(
        "names a command's directory as seen from its own folder",
        arguments: [
            ("handlers.yaml", "/app", "/app"), ("/srv/x/handlers.yaml", "/app", "/app"),
            ("/srv/x/handlers.yaml", ".", "/srv/x"), ("/srv/x/handlers.yaml", "jobs/one", "/srv/x/jobs/one"),
            ("/handlers.yaml", ".", "/"), ("x/handlers.yaml", "jobs", "x/jobs"), ("handlers.yaml", "jobs", "jobs"),
            ("handlers.yaml", ".", "."),
        ]
    )
    func directories(path: String, said: String, meant: String) throws {
        let text = "handlers: {a: {command: [a], directory: \(said)}}"
        let file = try HandlersFile(text: text, path: path, codeTypes: [], environment: [:])
        #expect(file.handlers.map(\.kind) == [.command(CommandTarget(words: ["a"], directory: meant))])
    }

    @Test("wins over what a setting says of all types, and loses to what one says of a type")
    func precedence() throws {
        let file = try Self.read(
            """
            handlers:
              a: {command: [a], policy: {rate: 7/s}}
              b: {command: [b], policy: {rate: 7/s, breaker: {failures: 2}}}
              transform: {policy: {maxAttempts: 2}}
            """
        )
        var environment = WorkerConfigurationTests.complete
        environment["WORKER_BREAKER_FAILURES"] = "9"
        environment["WORKER_RATE_LIMITS"] = "a=3"
        let settings = try WorkerConfiguration(config: ServiceStart(environment: environment).config)
        var handlers = JobRegistry()
        handlers.registerBuiltIn()
        let registry = settings.applied(to: handlers, file: file)
        #expect(registry.types == ["a", "b", "transform"])
        #expect(registry.types.map { registry.policy(ofType: $0).rate } == [3, 7, nil])
        #expect(registry.types.map { registry.policy(ofType: $0).breaker.failures } == [9, 2, 9])
        #expect(registry.types.map { registry.policy(ofType: $0).maxAttempts } == [4, 4, 2])
    }

    @Test("has all that an HTTP endpoint needs")
    func endpoint() throws {
        let file = try Self.read(
            """
            handlers:
              a:
                http:
                  url: https://abc.lambda-url.eu-central-1.on.aws/
                  secrets: ["ssm:/jobsys/prod/secret", "env:RESIZE_SECRET"]
                  headers: {X-Team: images, Authorization: "env:REPORT_TOKEN"}
                  sigv4: {service: lambda}
                  heartbeat: 90s
            """
        )
        var expected = HTTPTarget(url: try HTTPHandlerBench.url("https://abc.lambda-url.eu-central-1.on.aws/"))
        expected.secrets = [.parameter("/jobsys/prod/secret"), .variable("RESIZE_SECRET")]
        expected.headers = [
            HTTPField(name: .jobsys("X-Team"), value: "images"), HTTPField(name: .authorization, value: "s3cret"),
        ]
        expected.sigv4 = HTTPTarget.Scope(service: "lambda")
        expected.heartbeat = .seconds(90)
        #expect(file.handlers.map(\.kind) == [.http(expected)])
    }

    @Test("is told in a line for each type")
    func report() throws {
        let file = try Self.read(Self.sample)
        let rest = "permanent=VALIDATION breaker=5 retention=14d"
        #expect(
            file.report { _ in .standard } == """
                image.resize  http     http://127.0.0.1:9000/resize  timeout=30s maxAttempts=5 concurrency=4 rate=50/s \
                backoff=1s..1m backoff.RATE_LIMIT=5s..5m \(rest)
                report.build  command  python3 report.py 7 "" in /app  timeout=10m maxAttempts=4 concurrency=any rate=any \
                backoff=1s..1m backoff.RATE_LIMIT=5s..5m \(rest)
                transform     code     the worker's own  timeout=none maxAttempts=2 concurrency=any rate=any \
                backoff=1s..1m backoff.RATE_LIMIT=5s..5m \(rest)
                inbox: {"source":"aws.s3","detail-type":"Object Created","detail":{"size":1,"last":true,"name":"1"}} \
                becomes image.resize

                """
        )
    }

    @Test("is checked for programs and folders that are not there")
    func missingPrograms() throws {
        let file = try Self.read(
            """
            handlers:
              a: {command: [sh]}
              b: {command: [no-such-program]}
              c: {command: [./run], directory: /no/such/folder}
              d: {command: [/etc/passwd]}
              e: {command: [../bin/sh], directory: /usr/bin}
              f: {command: [/usr/bin]}
            """
        )
        let missing = file.missingPrograms(environment: ["PATH": "/usr/bin:/bin"])
        #expect(
            HandlersFileError(file: "handlers.yaml", problems: missing).description == """
                handlers.yaml:3:3: handlers.b: the program no-such-program is in no folder of PATH
                handlers.yaml:4:3: handlers.c: the directory /no/such/folder cannot be used: No such file or directory
                handlers.yaml:5:3: handlers.d: the program /etc/passwd cannot be run: Permission denied
                handlers.yaml:7:3: handlers.f: the program /usr/bin cannot be run: Is a directory
                """
        )
    }
}
