import JobsysHashing
import JobsysJSON

extension Workload {
    /// What SQS says and asks to be kept of a message: id, receipt handle, body and four attributes.
    private static let received = [
        ("MessageId", "219f8380-5770-4cc2-8c3e-5c715e145f5e"),
        ("ReceiptHandle", String(repeating: "AQEBaZ+j5qUoAoxlmCOQPkm9njMmXqemmIG6shwCHV6TY20i", count: 6)),
        ("MD5OfBody", MD5.hexHash(message)),
        ("Body", message),
    ]
    private static let receivedAttributes = [
        ("SenderId", "AIDASSYFHUBOBT7F4XT75"), ("ApproximateFirstReceiveTimestamp", "1677112441579"),
        ("ApproximateReceiveCount", "1"), ("SentTimestamp", "1677112428380"),
    ]

    /// An answer of ten messages.
    static let receivedAnswer: [UInt8] = {
        var writer = JSONWriter()
        writer.object { writer in
            writer.array("Messages") { writer in
                for _ in 0..<10 {
                    writer.object { writer in
                        for (name, value) in received { writer.member(name, value) }
                        writer.object("Attributes") { writer in
                            for (name, value) in receivedAttributes { writer.member(name, value) }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }()

    /// The values in the answer that are kept.
    static let receivedValues: [[UInt8]] = (0..<10)
        .flatMap { _ in (received + receivedAttributes).map { Array($0.1.utf8) } }
}
