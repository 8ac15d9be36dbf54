import ArgumentParser
import FoundationEssentials
import JobsysClient
import JobsysJSON

/// Lists workers.
struct WorkersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers",
        abstract: "Lists the workers that are there, and what they are at."
    )

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        try await session.list("workers", Column.workers)
    }
}

/// Lists job types.
struct TypesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "types",
        abstract: "Lists the job types that are known: who offers them, and what goes for them."
    )

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        try await session.list("types", Column.types)
    }
}

/// Pauses a type.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Has no more jobs of a type start, in any worker, until it is resumed.",
        discussion: "Jobs that run go on; those that wait burn no attempt. Workers hear of it within five seconds."
    )

    @Argument(help: "The job type.", transform: JobTypeArgument.parse)
    var type: String

    @Option(help: "Why, for whoever wonders.")
    var reason: String?

    @Option(help: "Who pauses it (default: $USER, or $LOGNAME).")
    var by: String?

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var document: JSONObject = [:]
        document["reason"] = reason.map(JSONValue.string)
        let author = by ?? ["USER", "LOGNAME"].compactMap { environment[$0] }.first { !$0.isEmpty }
        document["by"] = author.map { .string(String($0.prefix(100))) }
        try session.show(type: try await session.client().post(["types", type, "pause"], .object(document)))
    }
}

/// Ends the pause of a type.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Has jobs of a type start again that was paused."
    )

    @Argument(help: "The job type.", transform: JobTypeArgument.parse)
    var type: String

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        try session.show(type: try await session.client().post(["types", type, "resume"]))
    }
}

/// Limits a type.
struct LimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Limits a type in each worker, in place of what the workers' policies say.",
        discussion: "What is not said stays as it is; none removes a limit. Workers hear of it within five seconds."
    )

    @Argument(help: "The job type.", transform: JobTypeArgument.parse)
    var type: String

    @Option(help: "How many of its jobs a worker starts in a second, or none.", transform: LimitArgument.parse)
    var rate: JSONValue?

    @Option(help: "How many of its jobs a worker runs at once, or none.", transform: LimitArgument.parse)
    var concurrency: JSONValue?

    @OptionGroup
    var session: SessionOptions

    func validate() throws {
        guard rate != nil || concurrency != nil else {
            throw ValidationError("Say --rate, --concurrency or both.")
        }
    }

    func run() async throws {
        var document: JSONObject = [:]
        document["rate"] = rate
        document["concurrency"] = concurrency
        try session.show(type: try await session.client().put(["types", type, "limits"], .object(document)))
    }
}

extension SessionOptions {
    /// Writes a list that the service answers as a whole.
    fileprivate func list(_ name: String, _ columns: [Column]) async throws {
        var printer = Printer(format, columns)
        for element in try await client().get([name])[name]?.arrayValue ?? [] { try printer.row(element) }
    }

    /// Writes a type, and says on standard error if that is of no effect just now.
    fileprivate func show(type: JSONValue) throws {
        try Printer(format, Column.types).single(type)
        guard type["workers"] == 0 else { return }
        StandardError.write("jobctl: no worker offers jobs of type \(type["type"]?.stringValue ?? "") now")
    }
}

/// A limit on the command line: a number, or `none`.
enum LimitArgument {
    /// Reads it; the service knows what it may be.
    ///
    /// - Throws: `ValidationError`.
    static func parse(_ text: String) throws -> JSONValue {
        guard text != "none" else { return .null }
        guard let number = Int(text), number > 0 else {
            throw ValidationError("A limit is a whole number from 1, or none.")
        }
        return .int(number)
    }
}

/// A job type on the command line.
enum JobTypeArgument {
    /// Takes a type as it is; the service knows what one may be called.
    ///
    /// - Throws: `ValidationError` for one that would name something else in a URL: nothing, or a dot segment
    ///   (RFC 3986, 3.3).
    static func parse(_ text: String) throws -> String {
        guard !text.allSatisfy(\.isWhitespace), text != ".", text != ".." else {
            throw ValidationError("\"\(text)\" is no job type.")
        }
        return text
    }
}
