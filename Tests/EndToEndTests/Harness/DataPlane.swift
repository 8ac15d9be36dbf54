import JobsysAWS
import JobsysJSON

/// A table and queues of a test's own, made from the repository's template.
struct DataPlane: Sendable {
    let aws: AWSAccess
    private let stack: String
    private let outputs: [String: String]

    var table: Table { Table(aws: aws, name: outputs["JobsTableName", default: ""]) }
    var jobs: Queue { Queue(aws: aws, url: outputs["JobsQueueUrl", default: ""]) }
    var orderedJobs: Queue { Queue(aws: aws, url: outputs["JobsFifoQueueUrl", default: ""]) }
    var orderedDeadLetters: Queue { Queue(aws: aws, url: outputs["JobsFifoDlqUrl", default: ""]) }
    var deadLetters: Queue { Queue(aws: aws, url: outputs["JobsDlqUrl", default: ""]) }

    /// What the template says about its resources.
    func output(_ key: String) throws -> String {
        guard let value = outputs[key] else { throw HarnessError("the stack \(stack) has no output \(key)") }
        return value
    }

    /// Deploys the template under a name that no other test has.
    static func deploy(to emulator: Emulator, named name: String) async throws -> DataPlane {
        let aws = try AWSAccess(emulator)
        let template = "file://\(TestEnvironment.template)"
        let prefix = "ParameterKey=NamePrefix,ParameterValue=\(name)"
        try await aws.commandLine(
            "cloudformation",
            "create-stack",
            "--stack-name",
            name,
            "--template-body",
            template,
            "--parameters",
            prefix
        )
        let outputs = try await eventually(within: .seconds(30), "the stack \(name) is there") {
            try await Self.outputs(of: name, aws)
        }
        return DataPlane(aws: aws, stack: name, outputs: outputs)
    }

    /// Deletes all of it.
    func delete() async throws {
        try await aws.commandLine("cloudformation", "delete-stack", "--stack-name", stack)
    }

    /// The outputs; nil until all resources are there.
    private static func outputs(of stack: String, _ aws: AWSAccess) async throws -> [String: String]? {
        let text = try await aws.commandLine(
            "cloudformation",
            "describe-stacks",
            "--stack-name",
            stack,
            "--output",
            "json"
        )
        let description = try JSONValue(parsing: text)["Stacks"]?[0]
        switch description?["StackStatus"]?.stringValue {
        case "CREATE_COMPLETE": break
        case "CREATE_IN_PROGRESS": return nil
        case let status: throw HarnessError("the stack \(stack) is \(status ?? "in no state")")
        }
        let pairs = (description?["Outputs"]?.arrayValue ?? [])
            .map { output in
                (output["OutputKey"]?.stringValue ?? "", output["OutputValue"]?.stringValue ?? "")
            }
        return Dictionary(pairs) { _, last in last }
    }
}
