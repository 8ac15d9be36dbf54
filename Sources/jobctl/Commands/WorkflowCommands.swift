import ArgumentParser
import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysClient
import JobsysJSON
import JobsysTime

/// Submits, shows, cancels and mends workflows.
struct WorkflowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow",
        abstract: "Submits, shows, cancels and starts anew jobs that belong together.",
        subcommands: [
            WorkflowRunCommand.self, WorkflowShowCommand.self, WorkflowListCommand.self, WorkflowCancelCommand.self,
            WorkflowRetryCommand.self,
        ]
    )
}

/// Submits a workflow from a file.
struct WorkflowRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Submits the workflow of a file, and seals it.",
        discussion: """
            The file is YAML or JSON, as POST /workflows takes it, but with up to 10,000 jobs in any order: name, maxParallel, \
            tolerate, finally and jobs, each with key, type, payload, dependsOn and onFailure.
            """
    )

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @Option(help: "A key that makes repeats harmless: the same key and file make one workflow.")
    var idempotencyKey: String?

    @Flag(help: "Wait for the workflow to be over, and fail unless it succeeds.")
    var wait = false

    @Option(help: "With --wait: how many seconds to wait at most. The workflow goes on without.")
    var waitSeconds = 86_400

    @OptionGroup
    var session: SessionOptions

    func validate() throws {
        guard idempotencyKey?.isEmpty != true else { throw ValidationError("--idempotency-key must not be empty.") }
        guard (1...31_536_000).contains(waitSeconds) else {
            throw ValidationError("--wait-seconds must be from 1 to 31536000.")
        }
    }

    func run() async throws {
        let workflow = try WorkflowFile(path: file)
        let client = try session.client()
        let headers: HTTPFields = [.idempotencyKey: idempotencyKey ?? UUID().uuidString]
        let opened = try await client.post(["workflows"], headers: headers, .object(workflow.opening))
        guard let id = opened["workflowId"]?.stringValue else {
            throw ValidationError("The service answered something that is no workflow.")
        }
        let progress = WorkflowProgress()
        var added = workflow.parts.first?.count ?? 0
        for part in workflow.parts.dropFirst() {
            progress.show("\(id): \(added) jobs submitted")
            _ = try await client.post(["workflows", id, "jobs"], ["jobs": .array(part)])
            added += part.count
        }
        var document = try await client.post(["workflows", id, "seal"])
        guard wait else {
            progress.hide()
            return try Printer(session.format, Column.workflows).single(document)
        }
        let elapsed = stopwatch(client.clock)
        var pause = Duration.milliseconds(250)
        while !WorkflowProgress.isFinal(document), elapsed() < .seconds(waitSeconds) {
            progress.show(document)
            try await client.clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(3))
            document = try await client.get(["workflows", id])
        }
        progress.hide()
        try Printer(session.format, Column.workflows).single(document)
        guard WorkflowProgress.isFinal(document) else { throw ExitCode.notOver }
        guard document["status"] == "SUCCEEDED" else { throw ExitCode.failure }
    }
}

/// Shows a workflow, and its jobs.
struct WorkflowShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows how a workflow stands.")

    @Argument(help: "The workflow's id.", transform: JobIDArgument.parse)
    var id: String

    @Flag(help: "List its jobs instead.")
    var jobs = false

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        let client = try session.client()
        guard jobs else {
            return try Printer(session.format, Column.workflows).single(try await client.get(["workflows", id]))
        }
        var printer = Printer(session.format, Column.members)
        var cursor: String?
        repeat {
            let part = try await client.get(["workflows", id, "jobs"], query: [("cursor", cursor)])
            for job in part["jobs"]?.arrayValue ?? [] { try printer.row(job) }
            cursor = part["nextCursor"]?.stringValue
        } while cursor != nil
    }
}

/// Lists workflows.
struct WorkflowListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists workflows, the latest first.")

    @Option(help: "How many to list, at most.")
    var limit = 20

    @OptionGroup
    var session: SessionOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000.") }
    }

    func run() async throws {
        let client = try session.client()
        var printer = Printer(session.format, Column.workflows)
        var left = limit
        var cursor: String?
        repeat {
            let query = [("limit", "\(min(left, 100))"), ("cursor", cursor)]
            let part = try await client.get(["workflows"], query: query)
            for workflow in (part["workflows"]?.arrayValue ?? []).prefix(left) {
                try printer.row(workflow)
                left -= 1
            }
            cursor = part["nextCursor"]?.stringValue
        } while cursor != nil && left > 0
    }
}

/// Cancels a workflow.
struct WorkflowCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels all jobs of a workflow that are not over, and has those that run told to stop."
    )

    @Argument(help: "The workflow's id.", transform: JobIDArgument.parse)
    var id: String

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        let workflow = try await session.client().post(["workflows", id, "cancel"])
        try Printer(session.format, Column.workflows).single(workflow)
    }
}

/// Starts the failed part of a workflow anew.
struct WorkflowRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Starts all jobs of a workflow anew that failed or were cancelled."
    )

    @Argument(help: "The workflow's id.", transform: JobIDArgument.parse)
    var id: String

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        let workflow = try await session.client().post(["workflows", id, "retry"])
        try Printer(session.format, Column.workflows).single(workflow)
    }
}

/// A line at the bottom of a terminal that says how a workflow stands; nothing where standard error is no terminal.
private struct WorkflowProgress {
    private let isOn = isatty(STDERR_FILENO) == 1

    static func isFinal(_ document: JSONValue) -> Bool {
        ["SUCCEEDED", "FAILED", "CANCELLED"].contains(document["status"]?.stringValue)
    }

    func show(_ document: JSONValue) {
        let counts = document["counts"]
        func count(_ name: String) -> Int { counts?[name]?.intValue ?? 0 }
        let over = count("succeeded") + count("failed") + count("cancelled")
        var text =
            "\(over) of \(count("total")) jobs are over, \(count("running")) run, \(count("pending")) wait for a worker"
        if count("waiting") > 0 { text += ", \(count("waiting")) for others" }
        if count("failed") > 0 { text += "; \(count("failed")) failed" }
        show(text)
    }

    func show(_ text: String) {
        if isOn { StandardError.writePart("\r\u{1b}[K" + text) }
    }

    func hide() {
        if isOn { StandardError.writePart("\r\u{1b}[K") }
    }
}

extension Column {
    /// The columns of workflows.
    static let workflows = [
        Column("WORKFLOW", width: 36, "workflowId"),
        Column("STATUS", width: 9, "status"),
        Column("OVER", width: 11) { document in
            guard let counts = document["counts"] else { return "" }
            let over = ["succeeded", "failed", "cancelled"].reduce(0) { $0 + (counts[$1]?.intValue ?? 0) }
            return "\(over)/\(counts["total"]?.intValue ?? 0)"
        },
        Column("CREATED", width: 24, "createdAt"),
        Column("NAME", width: 0, "name"),
    ]

    /// The columns of a workflow's jobs.
    static let members = [
        Column("KEY", width: 24, "key"),
        Column("JOB", width: 36, "jobId"),
        Column("TYPE", width: 20, "type"),
        Column("STATUS", width: 12, "status"),
        Column("ERROR", width: 0, "error", "message"),
    ]
}
