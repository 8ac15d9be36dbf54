import ArgumentParser
import JobsysServiceRuntime
import ServiceLifecycle
import Testing

@Suite("Help")
struct HelpTests {
    private struct Sample: ServiceCommand {
        @OptionGroup var options: ServiceOptions

        static let name = "svc-sample"
        static let abstract = "Does what samples do."
        static let settings: [any EnvironmentVariable] = [
            Setting.port(default: 8081), Setting.queueURL, Setting.table.optional, elsewhere,
        ]

        private static let elsewhere = DocumentedVariable(
            "AWS_ENDPOINT_URL_<SERVICE>",
            summary: "The same for one service, such as SQS or DYNAMODB",
            expected: "an http or https URL"
        )

        static func build(_ start: ServiceStart) async throws -> [any Service] { [] }
    }

    @Test("It lists every variable with its meaning, its syntax and its default")
    func text() {
        #expect(
            Sample.helpMessage(columns: 80) == """
                OVERVIEW: Does what samples do.

                ENVIRONMENT:
                  PORT                    The HTTP port; 0 takes a free one and logs it: a
                                          whole number from 0 to 65535 (default: 8081)
                  SQS_QUEUE_URL           The queue that carries the jobs: an http or https
                                          URL ending in the queue's name (required)
                  DDB_TABLE               The DynamoDB table that holds the jobs: a table's
                                          name of 3 to 255 letters, digits, "_", "-" or "."
                                          (optional)
                  AWS_ENDPOINT_URL_<SERVICE>
                                          The same for one service, such as SQS or DYNAMODB:
                                          an http or https URL (optional)

                USAGE: svc-sample [--print-config]

                OPTIONS:
                  --print-config          Print the settings that are in force and where each
                                          comes from, and end.
                  --version               Show the version.
                  -h, --help              Show help information.

                """
        )
    }

    @Test("An argument is a usage error", arguments: [["run"], ["--port"], ["-x"]])
    func arguments(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Sample.parse(arguments) }
        #expect(error.map(Sample.exitCode(for:)) == .validationFailure)
        #expect(ExitCode.validationFailure.rawValue == 64)
    }
}
