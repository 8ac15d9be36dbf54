import JobsysAWS
import JobsysJSON
import Testing

@Suite struct CallMeterTests {
    @Test("It adds up calls, requests, units and errors by operation")
    func tallies() throws {
        let meter = CallMeter()
        meter.callEnded(.init(service: "sqs", operation: "SendMessage", attempts: 1, duration: .zero))
        let put = AWSCallRecord(
            service: "dynamodb",
            operation: "PutItem",
            attempts: 3,
            duration: .zero,
            consumedCapacity: 2.5
        )
        meter.callEnded(put)
        var refused = put
        refused.errorCode = "ConditionalCheckFailedException"
        refused.consumedCapacity = nil
        meter.callEnded(refused)

        var writer = JSONWriter()
        meter.encode(to: &writer)
        let expected: JSONValue = [
            "calls": [
                [
                    "service": "dynamodb", "operation": "PutItem", "calls": 2, "requests": 6, "capacityUnits": 2.5,
                    "errors": ["ConditionalCheckFailedException": 1], "tags": [:],
                ],
                [
                    "service": "sqs", "operation": "SendMessage", "calls": 1, "requests": 1, "capacityUnits": 0.0,
                    "errors": [:], "tags": [:],
                ],
            ]
        ]
        #expect(try JSONValue(parsing: writer.bytes) == expected)
    }

    @Test("It adds up apart what was called for something, and tells by itself how much of an operation that was")
    func tags() throws {
        let meter = CallMeter()
        for tag in ["a", "a", "b", nil] {
            let record = AWSCallRecord(
                service: "dynamodb",
                operation: "PutItem",
                attempts: 2,
                duration: .zero,
                consumedCapacity: 1.5,
                tag: tag
            )
            meter.callEnded(record)
        }
        var writer = JSONWriter()
        meter.encode(to: &writer)
        let call = try JSONValue(parsing: writer.bytes)["calls"]?[0]
        #expect(call?["capacityUnits"] == 6.0)
        #expect(
            call?["tags"] == [
                "a": ["calls": 2, "requests": 4, "capacityUnits": 3.0],
                "b": ["calls": 1, "requests": 2, "capacityUnits": 1.5],
            ]
        )
    }
}
