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

/// Lists what people and keys have changed.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Lists who changed what, newest first; for administrators."
    )

    @Option(help: "Only what this one did, such as key:Jw5rNc0TzXbLq2Ve.")
    var principal: String?

    @Option(help: "Only changes of this kind, such as job.redrive or key.create.")
    var action: String?

    @Option(help: "Only what was done to this job, type or key.")
    var subject: String?

    @Option(help: "Only what happened at this time or later, such as 2026-11-21T08:30:00Z.")
    var since: String?

    @Option(help: "Only what happened before this time.")
    var until: String?

    @OptionGroup
    var limit: LimitOption

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        var printer = Printer(session.format, Column.audit)
        let query = [
            ("principal", principal), ("action", action), ("subject", subject), ("since", since), ("until", until),
        ]
        try await session.client().walk("audit", query: query, limit: limit.count) { try printer.row($0) }
    }
}
