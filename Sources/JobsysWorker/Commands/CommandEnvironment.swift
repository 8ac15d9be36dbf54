import JobsysCore

/// The variables that a program is started with.
enum CommandEnvironment {
    /// What every program may need of the worker's environment.
    ///
    /// Not the rest of it: that holds the worker's settings, such as a `PORT` that a program would take for its own, and
    /// secrets that are nobody else's. The file names what a program needs beside these.
    private static let names: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    ]
    /// The beginnings of other names: `AWS_` too, credentials and all, so that a program can use the worker's role.
    ///
    /// What keeps the variables back keeps nothing safe: the program runs as the worker's user, on the same host, and reaches
    /// the same endpoints for credentials.
    private static let prefixes = ["LC_", "AWS_"]

    /// What a program is started with, whatever the job.
    static func variables(of target: CommandTarget, from worker: [String: String]) -> [String: String] {
        worker.filter { name, _ in names.contains(name) || prefixes.contains { name.hasPrefix($0) } }
            .merging(target.environment) { _, own in own }
    }

    /// What tells the program about its job.
    static func variables(of context: JobContext) -> [String: String] {
        var variables = [
            "JOBSYS_JOB_ID": "\(context.jobID)",
            "JOBSYS_TYPE": context.type,
            "JOBSYS_ATTEMPT": "\(context.attempt)",
            "JOBSYS_MAX_ATTEMPTS": "\(context.maxAttempts)",
            "JOBSYS_PROGRESS_FD": "3",
            "TRACEPARENT": context.trace.traceparent,
        ]
        variables["JOBSYS_DEADLINE"] = context.deadline?.description
        return variables
    }
}
