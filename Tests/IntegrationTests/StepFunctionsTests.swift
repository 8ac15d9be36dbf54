import JobsysAWS
import JobsysJSON
import Testing

/// State machines that wait for word, against the emulator.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"), .timeLimit(.minutes(2)))
struct StepFunctionsTests {
    @Test("A state machine hears of its task, once; whoever reports again is told that it is over")
    func success() async throws {
        try await withStateMachine { client, queue, machine in
            let start = StepFunctions.StartExecution(
                stateMachineARN: machine,
                executionName: "first",
                input: ["n": 1]
            )
            guard case .started(let arn, _) = try await client.perform(start) else {
                Issue.record("the name was taken")
                return
            }
            let token = try await token(from: queue, client)
            #expect(try await client.perform(StepFunctions.SendTaskHeartbeat(taskToken: token)) == .heard)
            let report = StepFunctions.SendTaskSuccess(taskToken: token, output: ["answer": 42])
            #expect(try await client.perform(report) == .heard)
            let end = try await end(of: arn, client)
            #expect(end.status == "SUCCEEDED")
            #expect(try JSONValue(parsing: end.output ?? "") == ["answer": 42])
            #expect(try await client.perform(report).isAlreadyFinished)
            #expect(try await client.perform(StepFunctions.SendTaskHeartbeat(taskToken: token)).isAlreadyFinished)
            var other = start
            other.input = ["n": 2]
            #expect(try await client.perform(other) == .nameIsTaken)
        }
    }

    @Test("A task's failure fails its state machine")
    func failure() async throws {
        try await withStateMachine { client, queue, machine in
            let start = StepFunctions.StartExecution(stateMachineARN: machine)
            guard case .started(let arn, _) = try await client.perform(start) else {
                Issue.record("the name was taken")
                return
            }
            let token = try await token(from: queue, client)
            let report = StepFunctions.SendTaskFailure(taskToken: token, error: "Broken", cause: "it broke")
            #expect(try await client.perform(report) == .heard)
            #expect(try await end(of: arn, client).status == "FAILED")
            #expect(try await client.perform(report).isAlreadyFinished)
        }
    }

    private func withStateMachine(_ body: (AWSClient, String, String) async throws -> Void) async throws {
        try await Emulator.withQueue { client, queue in
            let machine = try await client.perform(CreateStateMachine(machine: Emulator.uniqueName(), queueURL: queue))
            try await body(client, queue, machine)
            try await client.perform(DeleteStateMachine(arn: machine))
        }
    }

    /// The token that the state machine sends to the queue.
    private func token(from queue: String, _ client: AWSClient) async throws -> String {
        while true {
            let receive = SQS.ReceiveMessage(queueURL: queue, maxMessages: 1, wait: .seconds(5))
            if let message = try await client.perform(receive).first { return message.body }
        }
    }

    private func end(of execution: String, _ client: AWSClient) async throws -> DescribeExecution.Output {
        while true {
            let output = try await client.perform(DescribeExecution(arn: execution))
            if output.status != "RUNNING" { return output }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

private struct CreateStateMachine: AWSOperation {
    static let service = AWSService.stepFunctions
    static let name = "CreateStateMachine"
    let machine: String
    let queueURL: String

    func encode(to writer: inout JSONWriter) {
        let definition: JSONValue = [
            "StartAt": "Ask",
            "States": [
                "Ask": [
                    "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
                    "Parameters": ["QueueUrl": .string(queueURL), "MessageBody.$": "$$.Task.Token"],
                    "TimeoutSeconds": 60,
                ]
            ],
        ]
        writer.value([
            "name": .string(machine), "definition": .string(definition.serializedString),
            "roleArn": "arn:aws:iam::000000000000:role/machine",
        ])
    }

    static func decode(_ reader: inout JSONReader) throws -> String {
        try reader.readMember("stateMachineArn") { reader throws(JSONError) in try reader.readString() } ?? ""
    }
}

private struct DeleteStateMachine: AWSOperation {
    static let service = AWSService.stepFunctions
    static let name = "DeleteStateMachine"
    let arn: String

    func encode(to writer: inout JSONWriter) { writer.value(["stateMachineArn": .string(arn)]) }
}

private struct DescribeExecution: AWSOperation {
    static let service = AWSService.stepFunctions
    static let name = "DescribeExecution"
    let arn: String

    struct Output: Sendable, Hashable {
        var status = ""
        var output: String?
    }

    func encode(to writer: inout JSONWriter) { writer.value(["executionArn": .string(arn)]) }

    static func decode(_ reader: inout JSONReader) throws -> Output {
        var output = Output()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "status": output.status = try reader.readString()
            case "output": output.output = try reader.readString()
            default: break
            }
        }
        return output
    }
}
