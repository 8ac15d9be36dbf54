import ArgumentParser
import JobsysJSON

/// Shows a job.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows what became of a job.")

    @Argument(help: "The job's id.")
    var id: String

    @Flag(help: "Wait for the job to be over, and fail unless it succeeds.")
    var wait = false

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        try await session.withClient { client in
            let job = wait ? try await client.finishedJob(id) : try await client.get(["jobs", id])
            Printer(session.format, Column.jobs).single(job)
            if wait { try job.requireSuccess() }
        }
    }
}
