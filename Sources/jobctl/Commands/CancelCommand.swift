import ArgumentParser
import JobsysJSON

/// Cancels a job.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels a job, or asks the worker that runs it to stop."
    )

    @Argument(help: "The job's id.")
    var id: String

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        try await session.withClient { client in
            let job = try await client.post(["jobs", id, "cancel"])
            Printer(session.format, Column.jobs).single(job)
        }
    }
}
