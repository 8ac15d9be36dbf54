import JobsysJSON

/// The dlq-handler's zip as a function of the emulator, fed by a deployment's queue of dead letters.
struct LambdaFunction: Sendable {
    private let deployment: Deployment
    private let name: String

    init(_ deployment: Deployment) {
        self.deployment = deployment
        name = "\(deployment.plane.table.name)-dlq-handler"
    }

    /// Creates the function and maps the queue to it.
    func create() async throws {
        let plane = deployment.plane
        try await plane.aws.commandLine(
            "lambda",
            "create-function",
            "--function-name",
            name,
            "--runtime",
            "provided.al2023",
            "--handler",
            "bootstrap",
            "--role",
            "arn:aws:iam::000000000000:role/dlq-handler",
            "--timeout",
            "30",
            "--zip-file",
            "fileb://\(try TestEnvironment.required().lambdaZip)",
            "--environment",
            JSONValue.object(["Variables": variables]).serializedString
        )
        try await plane.aws.commandLine(
            "lambda",
            "create-event-source-mapping",
            "--function-name",
            name,
            "--event-source-arn",
            try plane.output("JobsDlqArn"),
            "--batch-size",
            "10",
            "--function-response-types",
            "ReportBatchItemFailures"
        )
    }

    /// What the function has logged, by the emulator's CloudWatch Logs.
    func log() async throws -> [LogLine] {
        let text = try await deployment.plane.aws.commandLine(
            "logs",
            "filter-log-events",
            "--log-group-name",
            "/aws/lambda/\(name)",
            "--output",
            "json"
        )
        let events = try JSONValue(parsing: text)["events"]?.arrayValue ?? []
        return events.compactMap { $0["message"]?.stringValue }
            .flatMap { $0.split(separator: "\n") }
            .compactMap { LogLine(String($0)) }
    }

    /// Deletes the mapping and the function.
    func delete() async throws {
        let aws = deployment.plane.aws
        let text = try await aws.commandLine(
            "lambda",
            "list-event-source-mappings",
            "--function-name",
            name,
            "--output",
            "json"
        )
        for mapping in try JSONValue(parsing: text)["EventSourceMappings"]?.arrayValue ?? [] {
            try await aws.commandLine("lambda", "delete-event-source-mapping", "--uuid", try mapping.text("UUID"))
        }
        try await aws.commandLine("lambda", "delete-function", "--function-name", name)
    }

    private var variables: JSONValue {
        let all = deployment.environment.filter {
            !["PORT", "HOST", "SQS_DLQ_URL", "SQS_FIFO_DLQ_URL"].contains($0.key)
        }
        return .object(JSONObject(all.map { ($0.key, JSONValue.string($0.value)) }))
    }
}
