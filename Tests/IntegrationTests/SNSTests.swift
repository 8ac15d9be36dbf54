import FoundationEssentials
import JobsysAWS
import Testing

@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set")) struct SNSTests {
    @Test("A message to a topic that is not there is a client's error")
    func noTopic() async throws {
        try await Emulator.withClient { client in
            let publish = SNS.Publish(topicARN: "arn:aws:sns:us-east-1:000000000000:none-\(UUID())", message: "x")
            let error = try #require(
                await #expect(throws: AWSError.self) { try await client.perform(publish) }
            )
            #expect(error.kind == .client)
            #expect(error.code.hasPrefix("NotFound"))
        }
    }
}
