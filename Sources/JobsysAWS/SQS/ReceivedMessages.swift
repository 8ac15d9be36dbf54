import JobsysJSON

extension SQS {
    /// The messages of one receipt, without those that did not arrive as they were sent.
    public struct ReceivedMessages: Sendable, RandomAccessCollection {
        /// The messages whose digests are right.
        public var messages: [Message]
        /// The others: they are received too, and come back when their visibility timeout has passed.
        public var damaged: [DamagedMessage]

        /// Creates a receipt.
        public init(_ messages: [Message] = [], damaged: [DamagedMessage] = []) {
            self.messages = messages
            self.damaged = damaged
        }

        /// Of the messages that are in order.
        public var startIndex: Int { messages.startIndex }

        /// Of the messages that are in order.
        public var endIndex: Int { messages.endIndex }

        /// One of the messages that are in order.
        public subscript(index: Int) -> Message { messages[index] }
    }

    /// A message that cannot be handed out.
    public struct DamagedMessage: Sendable, Error, CustomStringConvertible {
        /// The message's id, if it can be read.
        public var id: String?
        /// What the message can be handed back with, if it can be read.
        public var receiptHandle: String?
        /// What is wrong with it; never its content.
        public var fault: AWSAnswerError

        /// Creates the account of a message.
        public init(id: String?, receiptHandle: String?, fault: AWSAnswerError) {
            self.id = id
            self.receiptHandle = receiptHandle
            self.fault = fault
        }

        /// The id and the fault.
        public var description: String { "message \(id ?? "of unknown id"): \(fault)" }
    }
}

extension SQS.ReceivedMessages {
    /// Reads an array of messages; one that is no good does not take the others with it.
    init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        try reader.readArray { reader throws(JSONError) in
            let start = reader
            do throws(SQS.DamagedMessage) {
                messages.append(try SQS.Message(&reader))
            } catch {
                damaged.append(error)
                // From the message's beginning, as a reader that has failed is of no further use.
                reader = start
                try reader.skipValue()
            }
        }
    }
}
