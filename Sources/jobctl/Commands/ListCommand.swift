import ArgumentParser
import JobsysJSON

/// Lists jobs.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists jobs, newest first.")

    @Option(help: "Only jobs that stand there, such as FAILED_FINAL.")
    var status: String?

    @OptionGroup
    var filter: ListOptions

    @OptionGroup
    var limit: LimitOption

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        try await session.withClient { client in
            var printer = Printer(session.format, Column.jobs)
            try await client.walk("jobs", query: [("status", status)] + filter.query, limit: limit.count) {
                printer.row($0)
            }
        }
    }
}
