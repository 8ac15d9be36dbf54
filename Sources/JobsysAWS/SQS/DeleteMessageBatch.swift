public import JobsysJSON

extension SQS {
    /// Removes 1 to 10 messages that were received; some may fail while others succeed.
    public struct DeleteMessageBatch: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "DeleteMessageBatch"

        /// A receipt and its name within the batch.
        public struct Entry: Sendable, Hashable {
            /// Up to 80 letters, digits, `-` and `_`.
            public var id: String
            /// The receipt handle of the message's last receipt.
            public var receiptHandle: String

            /// Creates an entry.
            public init(id: String, receiptHandle: String) {
                self.id = id
                self.receiptHandle = receiptHandle
            }
        }

        /// The queue.
        public var queueURL: String
        /// The messages.
        public var entries: [Entry]

        /// Creates the operation.
        public init(queueURL: String, entries: [Entry]) {
            self.queueURL = queueURL
            self.entries = entries
        }

        /// Safe: the messages stay removed.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.batch(queueURL, entries) { entry, writer in
                writer.member("Id", entry.id)
                writer.member("ReceiptHandle", entry.receiptHandle)
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> BatchOutput {
            try BatchOutput(&reader)
        }
    }
}
