import Configuration
import JobsysServiceRuntime
import Logging
import Testing

@Suite("Settings")
struct SettingTests {
    private static let secret = Setting<Int>(
        "API_KEY",
        summary: "A secret",
        expected: "a secret number",
        isSecret: true
    ) { Int($0) }

    @Test("A value is read from the environment and from memory alike")
    func providers() throws {
        let values = ["DDB_TABLE": "Jobs", "PORT": "0"]
        for config in [configuration(values), memoryConfiguration(values)] {
            #expect(try config.value(for: .table) == "Jobs")
            #expect(try config.value(for: .port(default: 8080)) == 0)
        }
    }

    @Test("An unset or blank variable has its default", arguments: [nil, "", "  ", "\t\n"])
    func defaults(text: String?) throws {
        let keys = ["STAGE", "LOG_LEVEL", "PORT", "HOST", "SHUTDOWN_GRACE_SECONDS", "DDB_TABLE"]
        let config = configuration(
            text.map { text in Dictionary(uniqueKeysWithValues: keys.map { ($0, text) }) } ?? [:]
        )

        #expect(try config.value(for: .stage) == .dev)
        #expect(try config.value(for: .logLevel) == .info)
        #expect(try config.value(for: .port(default: 8081)) == 8081)
        #expect(try config.value(for: .host) == "*")
        #expect(try config.value(for: .shutdownGrace) == .seconds(20))
        #expect(try config.value(for: Setting.table.optional) == nil)
    }

    @Test("White space around a value does not count")
    func whiteSpace() throws {
        let config = configuration(["PORT": " 80\n", "STAGE": "prod ", "LOG_LEVEL": "\tDEBUG"])

        #expect(try config.value(for: .port(default: 1)) == 80)
        #expect(try config.value(for: .stage) == .prod)
        #expect(try config.value(for: .logLevel) == .debug)
    }

    @Test(
        "A malformed value is refused with the key, what was found and what was expected",
        arguments: [
            (Setting.stage, "production", #"STAGE: found "production", expected one of dev, staging, prod"#),
            (
                Setting.logLevel, "loud",
                #"LOG_LEVEL: found "loud", expected one of trace, debug, info, notice, warning, error, critical"#
            ),
            (Setting.port(default: 1), "65536", #"PORT: found "65536", expected a whole number from 0 to 65535"#),
            (Setting.port(default: 1), "-1", #"PORT: found "-1", expected a whole number from 0 to 65535"#),
            (Setting.port(default: 1), "http", #"PORT: found "http", expected a whole number from 0 to 65535"#),
            (
                Setting.shutdownGrace, "1.5",
                #"SHUTDOWN_GRACE_SECONDS: found "1.5", expected a whole number of seconds from 0 to 7200"#
            ),
            (
                Setting.table, "a b c",
                #"DDB_TABLE: found "a b c", expected a table's name of 3 to 255 letters, digits, "_", "-" or ".""#
            ),
            (
                Setting.table.optional, "ab",
                #"DDB_TABLE: found "ab", expected a table's name of 3 to 255 letters, digits, "_", "-" or ".""#
            ),
            (
                Setting<Bool>.flag("FLAG", summary: "", default: true), "yes",
                #"FLAG: found "yes", expected true or false"#
            ),
        ] as [(any EnvironmentVariable, String, String)]
    )
    func malformed(setting: any EnvironmentVariable, text: String, line: String) {
        #expect(setting.problem(in: configuration([setting.key: text]))?.description == line)
    }

    @Test("A missing value is reported with what was expected")
    func missing() {
        #expect(
            Setting.queueURL.problem(in: configuration())?.description
                == "SQS_QUEUE_URL: missing, expected an http or https URL ending in the queue's name"
        )
    }

    @Test(
        "A queue's URL ends in the queue's name",
        arguments: [
            ("http://localhost:4566/000000000000/jobs", true),
            ("https://sqs.eu-central-1.amazonaws.com/123456789012/jobs", true),
            ("HTTPS://h/q", true),
            ("https://sqs.eu-central-1.amazonaws.com/123456789012/jobs.fifo", false),
            ("https://h", false), ("https://h/", false), ("https://h/jobs/", false), ("ftp://h/jobs", false),
            ("/jobs", false), ("jobs", false), ("http:///jobs", false), ("http://h/a b", false),
        ]
    )
    func queueURL(text: String, isValid: Bool) {
        #expect((Setting.queueURL.problem(in: configuration(["SQS_QUEUE_URL": text])) == nil) == isValid)
    }

    @Test("A FIFO queue's name ends in .fifo")
    func fifoQueueURL() throws {
        let url = "http://localhost:4566/000000000000/jobs.fifo"
        #expect(try configuration(["SQS_FIFO_QUEUE_URL": url]).value(for: .fifoQueueURL) == url)
        #expect(
            Setting.fifoDeadLetterQueueURL.problem(in: configuration(["SQS_FIFO_DLQ_URL": "http://h/jobs"]))?
                .description
                == #"SQS_FIFO_DLQ_URL: found "http://h/jobs", "#
                + "expected an http or https URL ending in the FIFO queue's name (.fifo)"
        )
    }

    @Test("A secret is never shown")
    func secrets() throws {
        let config = configuration(["API_KEY": "hush"])
        #expect(
            Self.secret.problem(in: config)?.description == #"API_KEY: found "[redacted]", expected a secret number"#
        )
        #expect(try configuration(["API_KEY": "42"]).value(for: Self.secret) == 42)
    }

    @Test("What was found is cut to one short line")
    func longValues() {
        let text = "a\nb" + String(repeating: "x", count: 200)
        let error = ConfigurationError(key: "KEY", found: text, expected: "less")
        #expect(
            error.description
                == #"KEY: found "a\nb"# + String(repeating: "x", count: 97) + #"…", expected less"#
        )
    }

    @Test("All problems are found at once, in the order of the settings")
    func validation() throws {
        let config = configuration(["PORT": "x", "STAGE": "dev"])
        let error = #expect(throws: ConfigurationErrors.self) {
            try config.validate([Setting.stage, Setting.port(default: 1), Setting.table])
        }
        #expect(
            error?.description == """
                PORT: found "x", expected a whole number from 0 to 65535
                DDB_TABLE: missing, expected a table's name of 3 to 255 letters, digits, "_", "-" or "."
                """
        )
        let elsewhere = DocumentedVariable("AWS_REGION", summary: "Where", expected: "a region", whenUnset: .required)
        #expect(throws: Never.self) { try config.validate([Setting.stage, elsewhere]) }
    }
}
