import JobsysJSON

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
        public var attributes: SystemAttributes
        /// What the sender attached.
        public var messageAttributes: [String: MessageAttribute]

        /// Creates a message.
        public init(
            id: String,
            receiptHandle: String,
            body: String,
            attributes: SystemAttributes = [:],
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
    /// Reads a message and compares it with its digests.
    init(_ reader: inout JSONReader) throws(SQS.DamagedMessage) {
        var (id, receiptHandle, body): (String?, String?, String?)
        var digests = MessageDigests()
        var attributes: SQS.SystemAttributes = [:]
        var messageAttributes: [String: SQS.MessageAttribute] = [:]
        do {
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "MessageId": id = try reader.readString()
                case "ReceiptHandle": receiptHandle = try reader.readString()
                case "Body": body = try reader.readString()
                case "Attributes": attributes = try SQS.SystemAttributes(&reader)
                case "MessageAttributes":
                    messageAttributes = try reader.readMap { reader throws(JSONError) in
                        try SQS.MessageAttribute(&reader)
                    }
                default: try digests.read(key, from: &reader)
                }
            }
            guard let id, let receiptHandle, let body else {
                throw AWSAnswerError(code: "UnreadableAnswer", "it lacks MessageId, ReceiptHandle or Body")
            }
            try digests.check(body: body, attributes: messageAttributes)
            self.init(
                id: id,
                receiptHandle: receiptHandle,
                body: body,
                attributes: attributes,
                messageAttributes: messageAttributes
            )
        } catch {
            let fault = error as? AWSAnswerError ?? AWSAnswerError(code: "UnreadableAnswer", "\(error)")
            throw SQS.DamagedMessage(id: id, receiptHandle: receiptHandle, fault: fault)
        }
    }
}

extension JSONReader {
    /// Reads an object of strings.
    mutating func readStrings() throws(JSONError) -> [String: String] {
        try readMap { reader throws(JSONError) in try reader.readString() }
    }
}
