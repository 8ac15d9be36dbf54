import ArgumentParser
import JobsysJSON

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
        try await session.withClient { client in
            var printer = Printer(session.format, Column.incidents)
            let query = [("class", errorClass)] + filter.query
            try await client.walk("incidents", query: query, limit: limit.count) { printer.row($0) }
        }
    }
}
