import ArgumentParser
import Glibc
import JobsysClient

/// Submits, shows, cancels and redrives jobs, and pauses and limits their types, over the HTTP of `svc-api`; starts projects.
@main
struct Jobctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobctl",
        abstract: "Submits, shows, cancels and redrives jobs, and pauses and limits their types.",
        discussion: """
            Exit codes: 0 all was done; 1 the service refused something, or a job that was waited for did not succeed; \
            64 wrong use; 69 the service did not answer, or could not do its work; 73 init \
            cannot write its folder; 74 standard output cannot be written; 75 a job that was waited for was not over in time; 130 and 143 ended by SIGINT and SIGTERM; 141 \
            nobody reads standard output any more.

            ENVIRONMENT:
              JOBSYS_URL              Where svc-api is, if --url does not say it (default: \(ServiceURL.local))
              JOBSYS_PROFILE          Which profile to use, if --profile does not say it (default: default)
              JOBSYS_CONFIG_FILE      The file that has profiles (default: ~/.config/jobsys/config)
              JOBSYS_TOKEN            The API key to show, where the service asks for one
              JOBSYS_TOKEN_FILE       The file that has it, if JOBSYS_TOKEN is not set
              CURL_CA_BUNDLE, SSL_CERT_FILE
                                      The certificate authorities to trust, if --cacert does not say it
              http_proxy, https_proxy, all_proxy, no_proxy
                                      Which proxy to use, as curl does
            """,
        subcommands: [
            SubmitCommand.self, ShowCommand.self, ListCommand.self, CancelCommand.self, RedriveCommand.self,
            IncidentsCommand.self, WorkersCommand.self, TypesCommand.self, PauseCommand.self, ResumeCommand.self,
            LimitCommand.self, WorkflowCommand.self, ScheduleCommand.self, InitCommand.self, KeysCommand.self,
            AuditCommand.self, DoctorCommand.self,
        ]
    )

    /// Runs the command of the command line, and ends the process with the exit code that says what happened.
    static func main() async {
        StandardOutput.prepare()
        do {
            try await Interruption.endingOnSignals { try await asyncParseAsRoot() }
        } catch {
            end(error)
        }
    }

    /// Says what went wrong, or what was asked for, and ends the process.
    private static func end(_ error: any Error) -> Never {
        let text = fullMessage(for: error)
        let code: ExitCode
        switch error {
        case let failure as APIFailure:
            StandardError.write("jobctl: \(failure)")
            code = failure.exitCode
        case let failure as OutputFailure:
            if !failure.isClosedPipe { StandardError.write("jobctl: \(failure)") }
            code = failure.exitCode
        case let failure as ProjectFailure:
            StandardError.write("jobctl: \(failure)")
            code = failure.exitCode
        case let interruption as Interruption:
            code = interruption.exitCode
        case _ where exitCode(for: error).isSuccess && !text.isEmpty:
            // Help, which is output like any other.
            do {
                try StandardOutput.write(text)
                code = .success
            } catch {
                end(error)
            }
        default:
            if !text.isEmpty { StandardError.write(text) }
            code = exitCode(for: error)
        }
        Glibc.exit(code.rawValue)
    }
}

extension ExitCode {
    /// `EX_UNAVAILABLE` of sysexits.h: the service did not answer, or could not do its work.
    static let unavailable = ExitCode(69)
    /// `EX_IOERR` of sysexits.h: standard output cannot be written.
    static let outputFailed = ExitCode(74)
    /// `EX_TEMPFAIL` of sysexits.h: a job was not over in time.
    static let notOver = ExitCode(75)
}

extension APIFailure {
    /// Whether the job is in no state, or no more there, to have that done to it.
    var isAboutTheJob: Bool {
        guard case .problem(let status, _) = kind else { return false }
        return status == 404 || status == 409
    }

    /// 1 if the service refused the request, 69 if it could not do its work or was not there.
    var exitCode: ExitCode {
        if case .problem = kind, !isTransient { .failure } else { .unavailable }
    }
}

extension ServiceURL: ExpressibleByArgument {}
