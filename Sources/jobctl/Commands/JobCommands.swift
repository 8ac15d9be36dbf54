import ArgumentParser
import JobsysClient

/// Shows a job.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows what became of a job.")

    @Argument(help: "The job's id.", transform: JobIDArgument.parse)
    var id: String

    @OptionGroup
    var waiting: WaitOptions

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        let client = try session.client()
        let printer = Printer(session.format, Column.jobs)
        guard waiting.wait else { return try printer.single(try await client.get(["jobs", id])) }
        var wait = JobWait(id, for: .seconds(waiting.waitSeconds), client)
        try await wait.report(printer, resume: session.showCommand(id))
    }
}

/// Cancels a job.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels a job, or asks the worker that runs it to stop."
    )

    @Argument(help: "The job's id.", transform: JobIDArgument.parse)
    var id: String

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        let job = try await session.client().post(["jobs", id, "cancel"])
        try Printer(session.format, Column.jobs).single(job)
    }
}
