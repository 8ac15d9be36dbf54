internal import Glibc
public import Logging

extension LoggingSystem {
    /// Makes every logger of the process write JSON lines; call it once, at the start of `main`.
    ///
    /// Ignores SIGPIPE for the whole process: a reader of the log that goes away must not take the service along.
    public static func bootstrapJSON(
        component: String,
        level: Logger.Level = .info,
        output: any LogOutput = .standardOutput,
        metadataProvider: Logger.MetadataProvider? = nil,
        redactor: Redactor = .standard
    ) {
        _ = signal(SIGPIPE, SIG_IGN)
        bootstrap(
            { _, provider in
                JSONLogHandler(
                    component: component,
                    level: level,
                    output: output,
                    metadataProvider: provider,
                    redactor: redactor
                )
            },
            metadataProvider: metadataProvider
        )
    }
}
