import JobsysAWS
import JobsysCore
import JobsysTime
import Testing

@testable import JobsysAWSAdapters

@Suite("The attributes of a dead letter")
struct DeadLetterAttributesTests {
    @Test("carry the reason and the run, and give them back")
    func roundTrip() throws {
        let run = Run(jobID: JobID(at: .init(milliseconds: 1)), generation: 2, attempt: 3, owner: "somebody")
        let failure = JobFailure(.rateLimit, "too \"many\"\nrequests \u{1F600}")
        for reason in [
            DeadLetter.Reason(failure: failure, messageID: "m-1", run: run),
            DeadLetter.Reason(failure: failure, messageID: "m-1", run: nil),
        ] {
            let attributes = DeadLetterAttributes.attributes(of: reason)
            #expect(DeadLetterAttributes.reason(in: attributes.compactMapValues(\.stringValue)) == reason)
        }
    }

    @Test("of a message that no worker gave up tell no reason")
    func none() {
        #expect(DeadLetterAttributes.reason(in: [:]) == nil)
        #expect(DeadLetterAttributes.reason(in: ["errorClass": "NO_SUCH", "messageId": "m"]) == nil)
    }
}
