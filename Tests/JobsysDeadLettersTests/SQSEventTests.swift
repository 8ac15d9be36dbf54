import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import Testing

@testable import JobsysDeadLetters

@Suite("An SQS event")
struct SQSEventTests {
    @Test("A record becomes a receipt of its message")
    func delivery() throws {
        let record = record("id-1", body: "text", messageAttributes: ["errorClass": "SYSTEM", "count": "5"])
        let event = try SQSEvent(json: Array(event(record).utf8))
        let reason = DeadLetter.Reason(failure: JobFailure(.system, "broken"), messageID: "first", run: nil)
        let deliveries = event.records.map { record in
            Delivery(record) { attributes, delivery in
                if attributes == ["errorClass": "SYSTEM", "count": "5"] { delivery.deadLetterReason = reason }
            }
        }
        #expect(
            deliveries == [
                Delivery(
                    messageID: "id-1",
                    receipt: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                    body: "text",
                    receiveCount: 3,
                    sentAt: .sample,
                    trace: .sample,
                    deadLetterReason: reason
                )
            ]
        )
    }

    @Test("A record needs no attributes, and null and binary values are passed over")
    func sparse() throws {
        let json = """
            {"Records":[{"messageId":"1","receiptHandle":"r","body":"","eventSource":"aws:sqs","messageAttributes":
            {"a":{"stringValue":null,"binaryValue":"AAE=","dataType":"Binary"},
            "b":{"dataType":"Number","stringValue":"5"}},
            "unknown":[{}]}],"more":1}
            """
        let event = try SQSEvent(json: Array(json.utf8))
        let expected = SQSEvent.Record(
            messageID: "1",
            receiptHandle: "r",
            body: "",
            attributes: [:],
            messageAttributes: ["b": "5"]
        )
        #expect(event.records == [expected])
        #expect(Delivery(expected, readAttributes: { _, _ in }).receiveCount == 1)
    }

    @Test(
        "A document that is not an SQS event is refused",
        arguments: [
            ("", "the document ends here"),
            ("null", "expected an object"),
            ("{}", "the event has no Records"),
            (#"{"records":[]}"#, "the event has no Records"),
            (#"{"Records":null}"#, "expected an array"),
            (#"{"Records":[]} x"#, "expected the end of the document"),
            (#"{"Records":[{"eventSource":"aws:sqs","receiptHandle":"r","body":"b"}]}"#, "the record has no messageId"),
            (
                #"{"Records":[{"eventSource":"aws:sqs","messageId":"","receiptHandle":"r","body":"b"}]}"#,
                "the record has no messageId"
            ),
            (#"{"Records":[{"eventSource":"aws:sqs","messageId":"1","body":"b"}]}"#, "the record has no receiptHandle"),
            (#"{"Records":[{"eventSource":"aws:sqs","messageId":"1","receiptHandle":"r"}]}"#, "the record has no body"),
            (
                #"{"Records":[{"eventSource":"aws:kinesis","messageId":"1","receiptHandle":"r","body":"b"}]}"#,
                "the record's eventSource is not aws:sqs"
            ),
            (
                #"{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{}}]}"#,
                "the record's eventSource is not aws:sqs"
            ),
            (#"{"Records":[{"eventSource":"aws:sqs","messageId":1}]}"#, "expected a string"),
        ]
    )
    func refused(json: String, message: String) throws {
        let error = #expect(throws: JSONError.self) { try SQSEvent(json: Array(json.utf8)) }
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test(
        "The answer names the failed messages",
        arguments: [
            ([], #"{"batchItemFailures":[]}"#),
            (["a", "b\""], #"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b\""}]}"#),
        ]
    )
    func response(failed: [String], json: String) {
        #expect(String(decoding: SQSBatchResponse(failedMessageIDs: failed).json, as: UTF8.self) == json)
    }
}
