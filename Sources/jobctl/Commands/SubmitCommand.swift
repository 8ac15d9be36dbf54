import ArgumentParser
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

    @Flag(help: "Wait for the job to be over, and fail unless it succeeds.")
    var wait = false

    @OptionGroup
    var session: SessionOptions

    func run() async throws {
        var document: JSONObject = ["type": .string(type), "payload": payload.value]
        document["maxAttempts"] = maxAttempts.map(JSONValue.int)
        document["orderingKey"] = orderingKey.map(JSONValue.string)
        document["delaySeconds"] = delaySeconds.map(JSONValue.int)
        document["runAt"] = runAt.map(JSONValue.string)
        var headers: HTTPFields = [:]
        if let idempotencyKey { headers[.idempotencyKey] = idempotencyKey }
        try await session.withClient { [headers, document] client in
            var job = try await client.post(["jobs"], headers: headers, .object(document))
            if wait, let id = job["jobId"]?.stringValue { job = try await client.finishedJob(id) }
            Printer(session.format, Column.jobs).single(job)
            if wait { try job.requireSuccess() }
        }
    }
}

extension HTTPField.Name {
    fileprivate static let idempotencyKey: HTTPField.Name = {
        guard let name = HTTPField.Name("Idempotency-Key") else { preconditionFailure("it is a header field's name") }
        return name
    }()
}

extension JSONValue {
    /// Ends the process with a failure unless this is a job that succeeded.
    func requireSuccess() throws(ExitCode) {
        guard self["status"] == "SUCCEEDED" else { throw ExitCode.failure }
    }
}
