import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import Testing

@Suite("Job messages")
struct JobMessageTests {
    private static let id = "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"
    private static let trace = "67891233abcdef012345678912345678"

    @Test("The body is the contract's JSON, and reads back")
    func body() throws {
        let message = JobMessage(
            jobID: try #require(JobID(Self.id)),
            payloadHash: "abc",
            traceID: try #require(TraceID(Self.trace)),
            generation: 3
        )
        let body = #"{"jobId":"\#(Self.id)","payloadHash":"abc","traceId":"\#(Self.trace)","generation":3}"#
        #expect(message.body == body)
        #expect(try JobMessage(body: body) == message)
    }

    @Test("Members that nobody knows yet are passed over, in any order")
    func unknownMembers() throws {
        let body = """
            {"priority": [1], "generation": 0, "traceId": "\(Self.trace)", "payloadHash": "abc", "jobId": "\(Self.id)"}
            """
        let message = try JobMessage(body: body)
        #expect(message.generation == 0)
        #expect(message.jobID.description == Self.id)
    }

    @Test("A job's message names its present generation")
    func ofJob() {
        var job = Job.sample()
        job.generation = 2
        let expected = JobMessage(jobID: job.id, payloadHash: job.payloadHash, traceID: job.traceID, generation: 2)
        #expect(job.message == expected)
    }

    @Test(
        "A bad body is a validation failure that says what is wrong",
        arguments: [
            ("", "the message is not JSON: "),
            ("hello", "the message is not JSON: "),
            (#"{"jobId":1"#, "the message is not JSON: "),
            ("[]", "the message names no job: jobId must be a UUID"),
            ("{}", "the message names no job: jobId must be a UUID"),
            (#"{"jobId":7}"#, "the message names no job: jobId must be a UUID"),
            (#"{"jobId":"7"}"#, "the message names no job: jobId must be a UUID"),
            (#"{"jobId":"\#(id)"}"#, "the message has no payloadHash, which must be a string"),
            (#"{"jobId":"\#(id)","payloadHash":1}"#, "the message has no payloadHash, which must be a string"),
            (
                #"{"jobId":"\#(id)","payloadHash":"a"}"#,
                "the message has no traceId, which must be 32 hexadecimal digits"
            ),
            (
                #"{"jobId":"\#(id)","payloadHash":"a","traceId":"67891233"}"#,
                "the message has no traceId, which must be 32 hexadecimal digits"
            ),
            (
                #"{"jobId":"\#(id)","payloadHash":"a","traceId":"\#(trace)"}"#,
                "the message has no generation, which must be a number from 0"
            ),
            (
                #"{"jobId":"\#(id)","payloadHash":"a","traceId":"\#(trace)","generation":-1}"#,
                "the message has no generation, which must be a number from 0"
            ),
            (
                #"{"jobId":"\#(id)","payloadHash":"a","traceId":"\#(trace)","generation":"0"}"#,
                "the message has no generation, which must be a number from 0"
            ),
        ]
    )
    func badBody(body: String, message: String) throws {
        let failure = try #require(throws: JobMessage.Unreadable.self) { try JobMessage(body: body) }.failure
        #expect(failure.errorClass == .validation)
        #expect(failure.message.hasPrefix(message))
        // What is wrong with the JSON is the parser's to say, but it must be said.
        #expect(message.hasSuffix(" ") == (failure.message != message))
    }

    @Test("A body of a newer version is told from a bad one, whatever else it holds")
    func newer() {
        let newer = JobMessage.Unreadable.newer("the message is of version 2, newer than 1")
        #expect(throws: newer) { try JobMessage(body: #"{"version":2,"job":{"id":7}}"#) }
        #expect(throws: Never.self) {
            try JobMessage(body: Job.sample().message.body.replacing("{", with: #"{"version":1,"#))
        }
    }
}
