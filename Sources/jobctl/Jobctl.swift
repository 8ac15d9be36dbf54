import ArgumentParser

/// Submits, shows, cancels and redrives jobs over the HTTP of `svc-api`.
///
/// Exit codes: 0 if all was done, 1 if the service refused something or a job did not succeed, 64 for a wrong use, 69
/// if the service did not answer.
@main
struct Jobctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobctl",
        abstract: "Submits, shows, cancels and redrives jobs.",
        discussion: """
            Exit codes: 0 all was done; 1 the service refused something, or a job that was waited for did not succeed; \
            64 wrong use; 69 the service did not answer.

            ENVIRONMENT:
              JOBSYS_URL              Where svc-api is, if --url does not say it (default: \(ServiceURL.fallback))
            """,
        subcommands: [
            SubmitCommand.self, ShowCommand.self, ListCommand.self, CancelCommand.self, RedriveCommand.self,
            IncidentsCommand.self,
        ]
    )
}
