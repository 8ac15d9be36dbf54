import FoundationEssentials
import Glibc
import Testing

@Suite("Every executable", .endToEnd, .timeLimit(.minutes(15)))
struct CommandLineTests {
    /// An environment with which each of them would start, somewhere where nobody answers.
    static let complete = [
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": AWSAccess.secret,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "DDB_TABLE": "jobs", "PORT": "0",
        "SQS_QUEUE_URL": "http://127.0.0.1:1/000000000000/jobs",
        "SQS_DLQ_URL": "http://127.0.0.1:1/000000000000/jobs-dlq",
        "SQS_FIFO_QUEUE_URL": "http://127.0.0.1:1/000000000000/jobs.fifo",
        "SQS_FIFO_DLQ_URL": "http://127.0.0.1:1/000000000000/jobs-dlq.fifo",
    ]

    static let common = [
        "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_<SERVICE>", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN", "DDB_TABLE", "STAGE", "LOG_LEVEL", "PORT", "SHUTDOWN_GRACE_SECONDS",
    ]

    @Test(
        "--help names each variable of its environment",
        arguments: zip(
            Service.allCases,
            [
                ["SQS_QUEUE_URL", "SQS_FIFO_QUEUE_URL"],
                [
                    "SQS_QUEUE_URL", "SQS_DLQ_URL", "SQS_FIFO_QUEUE_URL", "SQS_FIFO_DLQ_URL", "WORKER_CONCURRENCY",
                    "LEASE_SECONDS", "RECONCILER", "RECONCILER_GRACE_SECONDS", "WORKER_BREAKER_FAILURES",
                    "WORKER_RATE_LIMITS", "DRILL", "HANDLERS_FILE", "ECS_AGENT_URI",
                ],
                ["SQS_QUEUE_URL", "SQS_DLQ_URL", "SQS_FIFO_QUEUE_URL", "SQS_FIFO_DLQ_URL", "AWS_LAMBDA_RUNTIME_API"],
            ]
        )
    )
    func help(_ service: Service, own: [String]) async throws {
        let outcome = try await Command.run(service.executable, ["--help"])
        #expect(outcome.status == .exited(0))
        #expect(outcome.errors == "")
        let rows = outcome.output.split(separator: "\n").map { $0.drop { $0 == " " }.prefix { $0 != " " } }
        for variable in Self.common + own {
            #expect(rows.contains(variable[...]), "\(service.rawValue) --help does not list \(variable)")
        }
    }

    @Test("--help names each variable that the AWS client reads, by its own documentation", arguments: Service.allCases)
    func helpOfTheClient(_ service: Service) async throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let document = try String(contentsOfFile: root + "/docs/aws-client.md", encoding: .utf8)
        let section = try #require(document.split(separator: "\n## Environment\n").last).prefix { $0 != "#" }
        let names = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .flatMap { $0.split(separator: "|")[0].split(separator: "`") }
            .filter {
                $0.allSatisfy { $0.isUppercase || $0.isNumber || "_<>".contains($0) } && $0.contains { $0.isLetter }
            }
        #expect(names.count >= 30)
        let outcome = try await Command.run(service.executable, ["--help"])
        let rows = Set(outcome.output.split(separator: "\n").map { $0.drop { $0 == " " }.prefix { $0 != " " } })
        #expect(names.filter { !rows.contains($0) } == [])
    }

    /// One thing that is wrong with an environment.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var service: Service
        var key: String
        var value: String?
        var line: String
        var testDescription: String { "\(service.rawValue) with \(key)=\(value ?? "")" }
    }

    static let port = "expected a whole number from 0 to 65535"
    static let queue = "expected an http or https URL ending in the queue's name"
    static let mistakes =
        [
            Mistake(service: .api, key: "SQS_QUEUE_URL", line: "SQS_QUEUE_URL: missing, \(queue)"),
            Mistake(service: .worker, key: "SQS_DLQ_URL", line: "SQS_DLQ_URL: missing, \(queue)"),
            Mistake(service: .dlqHandler, key: "SQS_DLQ_URL", line: "SQS_DLQ_URL: missing, \(queue)"),
            Mistake(
                service: .worker,
                key: "SQS_QUEUE_URL",
                value: "jobs",
                line: "SQS_QUEUE_URL: found \"jobs\", \(queue)"
            ),
            Mistake(
                service: .worker,
                key: "LEASE_SECONDS",
                value: "1",
                line: #"LEASE_SECONDS: found "1", expected a whole number of seconds from 3 to 39600"#
            ),
            Mistake(
                service: .worker,
                key: "LEASE_SECONDS",
                value: "43200",
                line: #"LEASE_SECONDS: found "43200", expected a whole number of seconds from 3 to 39600"#
            ),
        ]
        + Service.allCases.flatMap { service in
            [
                Mistake(service: service, key: "PORT", value: "http", line: #"PORT: found "http", \#(port)"#),
                Mistake(
                    service: service,
                    key: "AWS_REGION",
                    line: "AWS_REGION: missing, expected a region such as eu-central-1"
                ),
                Mistake(
                    service: service,
                    key: "AWS_CA_BUNDLE",
                    value: "/nowhere/ca.pem",
                    line: #"AWS_CA_BUNDLE: found "/nowhere/ca.pem, which cannot be opened (errno 2)", "#
                        + "expected a readable PEM file of certificate authorities"
                ),
                Mistake(
                    service: service,
                    key: "DDB_TABLE",
                    value: " ",
                    line: #"DDB_TABLE: missing, expected a table's name of 3 to 255 letters, digits, "_", "-" or ".""#
                ),
                Mistake(
                    service: service,
                    key: "AWS_ENDPOINT_URL",
                    value: "nowhere",
                    line:
                        #"AWS_ENDPOINT_URL: found "nowhere", expected a URL such as http://localhost:4566, without query or user info"#
                ),
            ]
        }

    @Test(
        "A wrong setting stops the start with one line that says which, what was found and what was expected",
        arguments: mistakes
    )
    func refusesMistake(_ mistake: Mistake) async throws {
        var environment = Self.complete
        environment[mistake.key] = mistake.value
        let outcome = try await Command.run(mistake.service.executable, environment: environment, within: .seconds(10))
        #expect(outcome == Command.Outcome(status: .exited(78), output: "", errors: mistake.line + "\n"))
    }

    @Test("An unknown argument is a wrong use", arguments: Service.allCases)
    func refusesArgument(_ service: Service) async throws {
        let outcome = try await Command.run(service.executable, ["--frobnicate"], environment: Self.complete)
        #expect(outcome.status == .exited(64))
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("--frobnicate"))
    }

    @Test(
        "Idle, it stops within its grace period after SIGTERM or SIGINT, also in the middle of a long poll",
        .deployment(),
        arguments: [SIGTERM, SIGINT]
    )
    func stops(_ signal: Int32) async throws {
        let deployment = try Deployment.current
        for service in Service.allCases {
            let process = try await deployment.start(service)
            // Time enough to begin the first long poll.
            try await Task.sleep(for: .seconds(1))
            process.process.signal(signal)
            #expect(try await process.process.exitStatus(within: .seconds(6)) == .exited(0))
            // In stage dev, svc-api says at each start that it asks for no credentials.
            let warnings = service == .api ? ["warning"] : []
            let ordinary = process.log.filter { $0.level != "warning" }
            #expect(process.log.map(\.level).filter { $0 == "warning" } == warnings, "\(service.rawValue)")
            let offer = service == .worker ? ["offers its types of jobs"] : []
            #expect(ordinary.map(\.message) == offer + ["started", "listening", "stopped"], "\(service.rawValue)")
        }
    }
}
