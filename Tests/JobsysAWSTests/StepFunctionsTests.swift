import FoundationEssentials
import JobsysAWS
import JobsysJSON
import Testing

@Suite struct StepFunctionsTests {
    private static let start = StepFunctions.StartExecution(stateMachineARN: "arn", executionName: "n")

    @Test("An execution is started with its input as text")
    func started() async throws {
        let fixture = Fixture([.response(200, [:], #"{"executionArn":"e","startDate":1767225600.25,"New":1}"#)])
        let output = try await fixture.client.perform(Self.start)
        #expect(output == .started(executionARN: "e", at: Fixture.epoch + 0.25))
        #expect(fixture.transport.sent.first?.url == "https://states.eu-central-1.amazonaws.com/")
        try expectSent(
            fixture,
            "AWSStepFunctions.StartExecution",
            #"{"stateMachineArn":"arn","name":"n","input":"{}"}"#
        )
    }

    @Test("A name that is taken is an outcome; an answer that lacks a member names it")
    func notStarted() async throws {
        #expect(try await Fixture([.error(400, "ExecutionAlreadyExists")]).client.perform(Self.start) == .nameIsTaken)
        let error = try await Fixture([.response(200, [:], #"{"executionArn":"e"}"#)]).failure(of: Self.start)
        #expect(error?.message.contains("startDate") == true)
    }

    @Test(
        "Word about a task is heard, comes too late, or is an error",
        arguments: [
            (.response(200, [:], "{}"), .heard), (.error(400, "TaskTimedOut"), .timedOut),
            (.error(400, "TaskDoesNotExist"), .doesNotExist), (.error(400, "InvalidToken"), nil),
            (.error(400, "heard"), nil),
        ] as [(ScriptedTransport.Answer, StepFunctions.TaskReport?)]
    )
    func report(answer: ScriptedTransport.Answer, report: StepFunctions.TaskReport?) async throws {
        func outcome(_ operation: some AWSOperation<StepFunctions.TaskReport>) async throws -> StepFunctions.TaskReport?
        {
            do {
                return try await Fixture([answer]).client.perform(operation)
            } catch let error as AWSError {
                #expect(error.kind == .client)
                return nil
            }
        }
        #expect(try await outcome(StepFunctions.SendTaskSuccess(taskToken: "t", output: [:])) == report)
        #expect(try await outcome(StepFunctions.SendTaskFailure(taskToken: "t")) == report)
        #expect(try await outcome(StepFunctions.SendTaskHeartbeat(taskToken: "t")) == report)
        #expect(report?.isAlreadyFinished == report.map { $0 != .heard })
    }

    @Test("A failure's texts are cut to what the service takes")
    func cut() async throws {
        let fixture = Fixture([.response(200)])
        _ = try await fixture.client.perform(
            StepFunctions.SendTaskFailure(
                taskToken: "t",
                error: String(repeating: "e", count: 300),
                cause: String(repeating: "é", count: 40_000)
            )
        )
        let (error, cause) = (String(repeating: "e", count: 256), String(repeating: "é", count: 32_768))
        try expectSent(
            fixture,
            "AWSStepFunctions.SendTaskFailure",
            #"{"taskToken":"t","error":"\#(error)","cause":"\#(cause)"}"#
        )
    }
}
