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
            let attributes = DeadLetterAttributes.attributes(of: DeadLetter(body: "", reason: reason))
            #expect(DeadLetterAttributes.reason(in: attributes.compactMapValues(\.stringValue)) == reason)
        }
    }

    @Test("of a message that no worker gave up tell no reason")
    func none() {
        #expect(DeadLetterAttributes.reason(in: [:]) == nil)
        #expect(DeadLetterAttributes.reason(in: ["errorClass": "NETWORK"]) == nil)
    }

    @Test("tell a class that only a newer version knows as it is")
    func newerClass() {
        let reason = DeadLetterAttributes.reason(in: ["errorClass": "QUOTA", "messageId": "m"])
        #expect(reason?.failure.errorClass == ErrorClass(rawValue: "QUOTA"))
    }

    @Test("carry the size and hash of a body that was cut, and nothing of one that was not")
    func wholeBody() {
        let reason = DeadLetter.Reason(failure: JobFailure(.validation, "x"), messageID: "m", run: nil)
        var letter = DeadLetter(body: "hel", reason: reason)
        for whole in [BodyDigest("hello?"), nil] {
            letter.whole = whole
            var delivery = Delivery(messageID: "m", receipt: "r", body: "hel", receiveCount: 1)
            let texts = DeadLetterAttributes.attributes(of: letter).compactMapValues(\.stringValue)
            DeadLetterAttributes.read(texts, into: &delivery)
            #expect(delivery.wholeBody == whole)
            #expect(delivery.deadLetterReason == reason)
        }
    }

    @Test("of an excerpt have with its body less than the kibibyte that every queue takes")
    func excerpt() {
        let run = Run(
            jobID: JobID(at: .init(milliseconds: 1)),
            generation: 2,
            attempt: 3,
            owner: String(repeating: "o", count: 36)
        )
        let failure = JobFailure(.rateLimit, String(repeating: "\u{1F600}", count: 400))
        let reason = DeadLetter.Reason(failure: failure, messageID: String(repeating: "m", count: 36), run: run)
        let letter = DeadLetter(body: String(repeating: "é", count: 500_000), reason: reason).excerpt
        let attributes = DeadLetterAttributes.attributes(of: letter)
        // A name, its type and its value count: SQS Developer Guide, "Amazon SQS message attributes".
        let size = attributes.reduce(letter.body.utf8.count) {
            $0 + $1.key.utf8.count + "String".utf8.count + ($1.value.stringValue?.utf8.count ?? 0)
        }
        #expect(size < 1024)
    }
}
