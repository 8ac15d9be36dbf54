import ArgumentParser
import FoundationEssentials
import HTTPTypes
import JobsysJSON

/// Submits a job.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "submit", abstract: "Submits a job.")

    @Argument(help: "Names the handler that runs the job.")
    var type: String

    @Option(help: JSONArgument.help, transform: JSONArgument.init)
    var payload: JSONArgument

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
    }

    func run() async throws {
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
    fileprivate static let idempotencyKey: HTTPField.Name = {
        guard let name = HTTPField.Name("Idempotency-Key") else { preconditionFailure("it is a header field's name") }
        return name
    }()
}
