import ArgumentParser
import JobsysClient

/// Lists jobs.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists jobs, newest first.")

    @Option(help: "Only jobs of this status, such as FAILED_FINAL.")
    var status: String?

    @OptionGroup
    var filter: ListOptions

    @OptionGroup
    var limit: LimitOption

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        var printer = Printer(session.format, Column.jobs)
        let query = [("status", status)] + filter.query
        try await session.client().walk("jobs", query: query, limit: limit.count) { try printer.row($0) }
    }
}

/// Lists open incidents.
struct IncidentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Lists what failed for good and was not redriven since, newest first."
    )

    @Option(name: .customLong("class"), help: "Only failures of this class, such as NETWORK.")
    var errorClass: String?

    @OptionGroup
    var filter: ListOptions

    @OptionGroup
    var limit: LimitOption

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        var printer = Printer(session.format, Column.incidents)
        let query = [("class", errorClass)] + filter.query
        try await session.client().walk("incidents", query: query, limit: limit.count) { try printer.row($0) }
    }
}
