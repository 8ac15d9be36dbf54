import ArgumentParser
import JobsysClient

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
