import Hashing
import JSON

extension SQS {
    /// A message as it was received.
    public struct Message: Sendable, Hashable {
        /// The id that the message keeps while it is in the queue.
        public var id: String
        /// Names this receipt; the newest one counts.
        public var receiptHandle: String
        /// The content.
        public var body: String
        /// What the service says about it; the most used have properties of their own, ``receiveCount`` and so on.
        public var attributes: [String: String]
        /// What the sender attached.
        public var messageAttributes: [String: MessageAttribute]

        /// Creates a message.
        public init(
            id: String,
            receiptHandle: String,
            body: String,
            attributes: [String: String] = [:],
            messageAttributes: [String: MessageAttribute] = [:]
        ) {
            self.id = id
            self.receiptHandle = receiptHandle
            self.body = body
            self.attributes = attributes
            self.messageAttributes = messageAttributes
        }
    }
}

extension SQS.Message {
    /// Reads a message and compares its body with its digest.
    init(_ reader: inout JSONReader) throws(JSONError) {
        var (id, receiptHandle, body, digest): (String?, String?, String?, String?)
        var attributes: [String: String] = [:]
        var messageAttributes: [String: SQS.MessageAttribute] = [:]
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "MessageId": id = try reader.readString()
            case "ReceiptHandle": receiptHandle = try reader.readString()
            case "Body": body = try reader.readString()
            case "MD5OfBody": digest = try reader.readString()
            case "Attributes": attributes = try reader.readStrings()
            case "MessageAttributes":
                messageAttributes = try reader.readMap { reader throws(JSONError) in
                    try SQS.MessageAttribute(&reader)
                }
            default: break
            }
        }
        guard let id, let receiptHandle, let body else {
            throw reader.failure("a message lacks MessageId, ReceiptHandle or Body")
        }
        guard digest == nil || digest == MD5.hexHash(body) else {
            throw reader.failure("the body of message \(id) does not match its MD5")
        }
        self.init(
            id: id,
            receiptHandle: receiptHandle,
            body: body,
            attributes: attributes,
            messageAttributes: messageAttributes
        )
    }
}

extension JSONReader {
    /// Reads an object of strings.
    mutating func readStrings() throws(JSONError) -> [String: String] {
        try readMap { reader throws(JSONError) in try reader.readString() }
    }
}
