public import JobsysJSON

extension SQS {
    /// Puts a message into a queue; when an attempt went unanswered, perhaps twice (a FIFO queue takes it once).
    public struct SendMessage: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "SendMessage"

        /// What the service says of the message.
        public struct Output: Sendable, Hashable {
            /// The message's id.
            public var messageID: String
            /// Its place in a FIFO queue.
            public var sequenceNumber: String?
            let digests: MessageDigests

            /// Creates an answer.
            public init(messageID: String, sequenceNumber: String? = nil) {
                self.init(messageID: messageID, sequenceNumber: sequenceNumber, digests: MessageDigests())
            }

            init(messageID: String, sequenceNumber: String?, digests: MessageDigests) {
                self.messageID = messageID
                self.sequenceNumber = sequenceNumber
                self.digests = digests
            }
        }

        /// The queue.
        public var queueURL: String
        /// The message.
        public var message: OutgoingMessage

        /// Creates the operation for a message.
        public init(queueURL: String, message: OutgoingMessage) {
            self.queueURL = queueURL
            self.message = message
        }

        /// Creates the operation; see ``OutgoingMessage`` for what the fields mean.
        public init(
            queueURL: String,
            body: String,
            delay: Duration? = nil,
            attributes: [String: MessageAttribute] = [:],
            traceHeader: String? = nil,
            groupID: String? = nil,
            deduplicationID: String? = nil
        ) {
            self.init(
                queueURL: queueURL,
                message: OutgoingMessage(
                    body: body,
                    delay: delay,
                    attributes: attributes,
                    traceHeader: traceHeader,
                    groupID: groupID,
                    deduplicationID: deduplicationID
                )
            )
        }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("QueueUrl", queueURL)
                message.encodeMembers(to: &writer)
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> Output {
            var fields = Fields()
            try reader.readMembers { reader, key throws(JSONError) in try fields.read(key, from: &reader) }
            guard let output = fields.output else { throw AWSAnswerError.missing("MessageId") }
            return output
        }

        /// Compares the message with the digests of what the service stored.
        public func check(_ output: inout Output) throws(AWSAnswerError) {
            try message.check(output.digests)
        }
    }
}

extension SQS.SendMessage {
    /// The members that tell of a sent message, alone or in a batch.
    struct Fields {
        private var (id, sequenceNumber): (String?, String?)
        private var digests = MessageDigests()

        mutating func read(_ member: JSONName, from reader: inout JSONReader) throws(JSONError) {
            switch member {
            case "MessageId": id = try reader.readString()
            case "SequenceNumber": sequenceNumber = try reader.readString()
            default: try digests.read(member, from: &reader)
            }
        }

        /// Nil if there is no message's id.
        var output: Output? {
            id.map { Output(messageID: $0, sequenceNumber: sequenceNumber, digests: digests) }
        }
    }
}
