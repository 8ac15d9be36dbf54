import ArgumentParser
import HTTPTypes
import JobsysClient
import JobsysJSON

/// Makes, lists and changes schedules.
struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Makes, lists, changes and removes schedules: jobs that are run again and again.",
        subcommands: [Set.self, List.self, Show.self, Delete.self, Run.self, Pause.self, Resume.self]
    )

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a schedule, or changes one; may be repeated.",
            discussion: "What is not said has its default, but for a pause, which stays as it is."
        )

        @Argument(help: "What to call the schedule.", transform: ScheduleArgument.parse)
        var id: String

        @Option(help: "The handler that runs its jobs.")
        var type: String

        @Option(help: JSONArgument.help, transform: JSONArgument.init)
        var payload: JSONArgument?

        @Option(help: "When, such as \"0 2 * * *\" for every night at two, or @daily.")
        var cron: String?

        @Option(help: "How often, such as 15m, in place of --cron.")
        var every: String?

        @Option(help: "The zone that --cron is read in, such as Europe/Berlin (default: UTC).")
        var timeZone: String?

        @Option(help: "What becomes of ticks that nobody fired in time: none, latest or all (default: latest).")
        var missed: String?

        @Option(help: "What becomes of a tick while the run before it goes on: allow, skip or buffer (default: allow).")
        var overlap: String?

        @Option(help: "By how many seconds ticks are put off at most (default: 0).")
        var jitterSeconds: Int?

        @Option(help: "How many attempts each job may take.")
        var maxAttempts: Int?

        @Option(help: "Its jobs, and others of the same key, run one after the other.")
        var orderingKey: String?

        @Flag(help: "Have no tick fire until it is resumed.")
        var paused = false

        @OptionGroup
        var session: SessionOptions

        func validate() throws {
            guard (cron == nil) != (every == nil) else { throw ValidationError("Say either --cron or --every.") }
        }

        func run() async throws {
            var document: JSONObject = ["type": .string(type)]
            document["payload"] = payload?.value
            let texts = [
                ("cron", cron), ("every", every), ("timeZone", timeZone), ("missed", missed), ("overlap", overlap),
                ("orderingKey", orderingKey),
            ]
            for (name, text) in texts { document[name] = text.map(JSONValue.string) }
            document["jitterSeconds"] = jitterSeconds.map(JSONValue.int)
            document["maxAttempts"] = maxAttempts.map(JSONValue.int)
            if paused { document["paused"] = true }
            try session.show(schedule: try await session.client().put(["schedules", id], .object(document)))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists schedules.")

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            var printer = Printer(session.format, Column.schedules)
            let schedules = try await session.client().get(["schedules"])["schedules"]?.arrayValue ?? []
            for schedule in schedules { try printer.row(schedule) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a schedule with its next five times.")

        @Argument(help: "The schedule.", transform: ScheduleArgument.parse)
        var id: String

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            try session.show(schedule: try await session.client().get(["schedules", id]))
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Removes a schedule; its jobs stay.")

        @Argument(help: "The schedule.", transform: ScheduleArgument.parse)
        var id: String

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            try await session.client().delete(["schedules", id])
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has a schedule's job run now, apart from its ticks, also if it is paused."
        )

        @Argument(help: "The schedule.", transform: ScheduleArgument.parse)
        var id: String

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            // However often the request is repeated, it makes one job.
            let job = try await session.client().post(["schedules", id, "run"], headers: .newIdempotencyKey)
            try Printer(session.format, Column.jobs).single(job)
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Has no more ticks of a schedule fire.")

        @Argument(help: "The schedule.", transform: ScheduleArgument.parse)
        var id: String

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            try session.show(schedule: try await session.client().post(["schedules", id, "pause"]))
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has ticks of a schedule fire again, from now on."
        )

        @Argument(help: "The schedule.", transform: ScheduleArgument.parse)
        var id: String

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            try session.show(schedule: try await session.client().post(["schedules", id, "resume"]))
        }
    }
}

/// A schedule's id on the command line.
enum ScheduleArgument {
    /// Takes an id as it is; the service knows what one may be.
    ///
    /// - Throws: `ValidationError` for one that would name something else in a URL: nothing, or a dot segment
    ///   (RFC 3986, 3.3).
    static func parse(_ text: String) throws -> String {
        guard !text.allSatisfy(\.isWhitespace), text != ".", text != ".." else {
            throw ValidationError("\"\(text)\" is no schedule.")
        }
        return text
    }
}

extension SessionOptions {
    /// Writes a schedule; beside a table, its next times.
    fileprivate func show(schedule: JSONValue) throws {
        try Printer(format, Column.schedules).single(schedule)
        guard format != .json else { return }
        let times = (schedule["next"]?.arrayValue ?? []).compactMap(\.stringValue)
        StandardError.write("jobctl: next at \(times.joined(separator: ", "))")
    }
}

extension Column {
    /// The columns of schedules.
    fileprivate static let schedules = [
        Column("SCHEDULE", width: 24, "scheduleId"),
        Column("TYPE", width: 20, "type"),
        Column("WHEN", width: 20) { ($0["cron"] ?? $0["every"])?.stringValue ?? "" },
        Column("ZONE", width: 20, "timeZone"),
        Column("STATE", width: 7) { $0["paused"] == true ? "paused" : $0["problem"] == nil ? "" : "broken" },
        Column("LAST", width: 24, "lastTick"),
        Column("NEXT", width: 24) { $0["next"]?[0]?.stringValue ?? "" },
        Column("PROBLEM", width: 0, "problem"),
    ]
}
