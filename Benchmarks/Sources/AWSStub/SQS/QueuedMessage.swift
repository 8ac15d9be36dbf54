import JobsysHashing
import JobsysJSON

/// A message, with what has happened to it.
final class QueuedMessage {
    let id: String
    let number: Int
    let body: String
    let attributes: JSONValue?
    let traceHeader: String?
    let group: String?
    let deduplicationID: String?
    let sentAt: Instant
    let bodyDigest: String
    var receiveCount = 0
    var firstReceivedAt: Instant?
    var receipt: String?
    /// When a message that is hidden comes back; nil for one that waits to be received.
    var hiddenUntil: Instant?
    /// The ARN of the queue that gave it up.
    var source: String?

    init(number: Int, _ input: Input, at now: Instant) throws(Refusal) {
        let digits = String(number, radix: 16)
        id = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        self.number = number
        body = try input.string("MessageBody")
        bodyDigest = MD5.hexHash(body)
        attributes = input.json["MessageAttributes"]
        traceHeader = input.json["MessageSystemAttributes"]?["AWSTraceHeader"]?["StringValue"]?.stringValue
        group = input.json["MessageGroupId"]?.stringValue
        deduplicationID = input.json["MessageDeduplicationId"]?.stringValue
        sentAt = now
    }

    /// A receipt as long as those of AWS.
    func makeReceipt() -> String {
        let receipt = "\(Self.padding)\(number)-\(receiveCount)"
        self.receipt = receipt
        return receipt
    }

    private static let padding = String(repeating: "AQEBaZ+j5qUoAoxlmCOQPkm9njMmXqemmIG6shwCHV6TY20i", count: 6)

    /// Writes it as `ReceiveMessage` answers it.
    func write(to writer: inout JSONWriter, clock: WallClock) {
        writer.object { writer in
            writer.member("MessageId", id)
            writer.member("ReceiptHandle", ifPresent: receipt)
            writer.member("MD5OfBody", bodyDigest)
            writer.member("Body", body)
            writer.object("Attributes") { writer in
                writer.member("SenderId", "AIDASSYFHUBOBT7F4XT75")
                writer.member("ApproximateReceiveCount", String(receiveCount))
                writer.member("SentTimestamp", clock.milliseconds(of: sentAt))
                writer.member("ApproximateFirstReceiveTimestamp", ifPresent: firstReceivedAt.map(clock.milliseconds))
                writer.member("AWSTraceHeader", ifPresent: traceHeader)
                writer.member("MessageGroupId", ifPresent: group)
                writer.member("MessageDeduplicationId", ifPresent: deduplicationID)
                if group != nil { writer.member("SequenceNumber", String(number)) }
                writer.member("DeadLetterQueueSourceArn", ifPresent: source)
            }
            writer.member("MessageAttributes", ifPresent: attributes)
        }
    }
}
