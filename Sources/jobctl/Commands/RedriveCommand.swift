import ArgumentParser
import JobsysClient
import JobsysJSON

/// Starts jobs anew: one, or all whose incidents are open.
struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Starts a job anew that failed for good or was cancelled, or all that failed.",
        discussion: """
            With --all, it walks the open incidents and redrives the job of each, newest first. It may be stopped and \
            repeated at any time: what was redriven has no open incident any more. Its last line, on standard error, \
            says how many were redriven, skipped and left. It fails if a job could not be redriven, and gives up after \
            \(BulkResult.patience) such jobs in a row.
            """
    )

    @Argument(help: "The job's id.", transform: JobIDArgument.parse)
    var id: String?

    @Option(help: "\(JSONArgument.help) Without it, the job keeps what it had.", transform: JSONArgument.init)
    var payload: JSONArgument?

    @Flag(help: "Redrive all jobs that failed for good and pass the filters.")
    var all = false

    @Option(name: .customLong("class"), help: "With --all: only failures of this class, such as NETWORK.")
    var errorClass: String?

    @OptionGroup
    var filter: ListOptions

    @Flag(help: "With --all: only say what would be done.")
    var dryRun = false

    @Option(help: "With --all: how many jobs to redrive in a second, at most.")
    var rate = 10

    @OptionGroup
    var session: SessionOptions

    func validate() throws {
        guard (id == nil) == all else { throw ValidationError("Say either a job's id or --all.") }
        guard (1...1000).contains(rate) else { throw ValidationError("--rate must be from 1 to 1000.") }
        if all, payload != nil { throw ValidationError("--payload is for one job, not for --all.") }
        if !all, dryRun || errorClass != nil || !filter.isEmpty {
            throw ValidationError("--class, --type, --since, --until and --dry-run go with --all.")
        }
    }

    func run() async throws {
        let client = try session.client()
        guard let id else { return try await redriveAll(client) }
        let document = payload.map { JSONValue.object(["payload": $0.value]) }
        try Printer(session.format, Column.jobs).single(try await client.post(["jobs", id, "redrive"], document))
    }

    private func redriveAll(_ client: APIClient) async throws {
        var printer = Printer(session.format, Column.redrives)
        let bulk = BulkRedrive(client: client, isDryRun: dryRun, rate: rate, clock: ContinuousClock())
        let result = await bulk.run(query: [("class", errorClass)] + filter.query) { try printer.row($0) }
        StandardError.write("jobctl: \(result)")
        if let failure = result.failure { throw failure }
        guard result.failed == 0 else { throw ExitCode.failure }
    }
}
