import ArgumentParser
import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysClient
import JobsysJSON

/// Submits a job, or many.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submits a job, or many from a file.",
        discussion: """
            With --file, each line of the file is a job as POST /jobs takes it. Lines that are wrong are reported by their \
            number and do not keep the others from being submitted. It may be stopped and repeated at any time: the same \
            line at the same place of a file of the same name makes no second job, unless --run says another name. What \
            comes from a pipe gets a name of its own each time, which is told at the start. Its last line, on standard \
            error, says how many lines were submitted, were there already and failed. It fails if one did.
            """
    )

    @Argument(help: "Names the handler that runs the job.")
    var type: String?

    @Option(help: JSONArgument.help, transform: JSONArgument.init)
    var payload: JSONArgument?

    @Option(help: "A file with one job a line, or - for standard input.")
    var file: String?

    @Option(
        name: .customLong("run"),
        help: "With --file: keeps its jobs apart from those that the same lines have made under another name."
    )
    var runName: String?

    @Option(help: "A key that makes repeats harmless: the same key and job make one job.")
    var idempotencyKey: String?

    @Option(help: "How many attempts the job may take.")
    var maxAttempts: Int?

    @Option(help: "Jobs of the same key run one after the other.")
    var orderingKey: String?

    @Option(help: "How many seconds to wait before the job runs.")
    var delaySeconds: Int?

    @Option(help: "When the job is to run, such as 2026-11-21T08:30:00Z.")
    var runAt: String?

    @OptionGroup
    var waiting: WaitOptions

    @OptionGroup
    var session: SessionOptions

    func validate() throws {
        guard idempotencyKey?.isEmpty != true else { throw ValidationError("--idempotency-key must not be empty.") }
        guard (type == nil) != (file == nil) else {
            throw ValidationError("Say either a type and --payload, or --file.")
        }
        guard (payload == nil) == (type == nil) else {
            throw ValidationError("Say --payload with the type of one job.")
        }
        guard runName?.isEmpty != true else { throw ValidationError("--run must not be empty.") }
        if file == nil, runName != nil { throw ValidationError("--run goes with --file.") }
        let isOfOneJob =
            waiting.wait || [idempotencyKey, orderingKey, runAt].contains { $0 != nil } || maxAttempts != nil
            || delaySeconds != nil
        if file != nil, isOfOneJob {
            throw ValidationError("With --file, the lines say what the options do for one job.")
        }
    }

    func run() async throws {
        if let file { return try await submitAll(SubmissionFile(path: file)) }
        guard let type, let payload else { throw ValidationError("Say what to submit.") }
        var document: JSONObject = ["type": .string(type), "payload": payload.value]
        document["maxAttempts"] = maxAttempts.map(JSONValue.int)
        document["orderingKey"] = orderingKey.map(JSONValue.string)
        document["delaySeconds"] = delaySeconds.map(JSONValue.int)
        document["runAt"] = runAt.map(JSONValue.string)
        let client = try session.client()
        let job = try await submit(.object(document), client)
        if job["noWorker"] == true {
            StandardError.write("jobctl: no worker offers jobs of type \(type): the job waits for one")
        }
        let printer = Printer(session.format, Column.jobs)
        guard waiting.wait, let id = job["jobId"]?.stringValue else { return try printer.single(job) }
        StandardError.write("jobctl: submitted job \(id), waiting until it is over")
        var wait = JobWait(id, for: .seconds(waiting.waitSeconds), client, lastSeen: job)
        try await wait.report(printer, resume: session.showCommand(id))
    }

    /// Submits the lines of a file.
    private func submitAll(_ file: SubmissionFile) async throws {
        let bar = ProgressBar(size: file.size)
        var client = try session.client()
        client.notice = { bar.writeLine("jobctl: \($0)") }
        let name = runName ?? file.name ?? UUID().uuidString
        if runName == nil, file.name == nil {
            StandardError.write("jobctl: to send the same lines again without making a job twice: --run \(name)")
        }
        let sharesTerminal = isatty(STDOUT_FILENO) == 1
        var printer = Printer(session.format, Column.submissions)
        var position = ProgressBar.Position()
        var lines = LineReader { try await file.read() }
        let result = await BulkSubmission(client: client, runName: name)
            .run(&lines) { line, bytesRead in
                position.add(line, bytesRead)
                // A table tells what went wrong, and the rest in numbers.
                if session.format == .json || line.isFailure {
                    if sharesTerminal { bar.hide() }
                    try printer.row(line.document)
                }
                bar.show(position)
            }
        bar.writeLine("jobctl: \(result)")
        if let failure = result.failure {
            bar.writeLine("jobctl: the same lines go on from there and make no job twice, with --run \(name)")
            throw failure
        }
        if result.repeated > 0, result.repeated == result.total {
            bar.writeLine("jobctl: to make new jobs of the same lines, say another name than \(name) with --run")
        }
        guard result.failed == 0 else { throw ExitCode.failure }
    }

    /// Submits the job under a key in any case, so that a repeat after a lost answer makes no second one.
    private func submit(_ document: JSONValue, _ client: APIClient) async throws -> JSONValue {
        let key = idempotencyKey ?? UUID().uuidString
        do {
            return try await client.post(["jobs"], headers: [.idempotencyKey: key], document)
        } catch let failure as APIFailure where failure.mayHaveBeenDone {
            StandardError.write("jobctl: to submit the job without making a second one: --idempotency-key \(key)")
            throw failure
        }
    }
}

extension HTTPField.Name {
    static let idempotencyKey: HTTPField.Name = {
        guard let name = HTTPField.Name("Idempotency-Key") else { preconditionFailure("it is a header field's name") }
        return name
    }()
}
