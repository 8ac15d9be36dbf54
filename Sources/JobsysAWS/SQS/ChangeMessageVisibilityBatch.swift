public import JobsysJSON

extension SQS {
    /// Sets anew how long others do not see 1 to 10 messages; some may fail while others succeed.
    public struct ChangeMessageVisibilityBatch: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "ChangeMessageVisibilityBatch"

        /// A receipt, its new time and its name within the batch.
        public struct Entry: Sendable, Hashable {
            /// Up to 80 letters, digits, `-` and `_`.
            public var id: String
            /// The receipt handle of the message's last receipt.
            public var receiptHandle: String
            /// From now on, in whole seconds, rounded up; 0 hands the message back.
            public var visibilityTimeout: Duration

            /// Creates an entry.
            public init(id: String, receiptHandle: String, visibilityTimeout: Duration) {
                self.id = id
                self.receiptHandle = receiptHandle
                self.visibilityTimeout = visibilityTimeout
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

        /// Safe: the time counts from the last call.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.batch(queueURL, entries) { entry, writer in
                writer.member("Id", entry.id)
                writer.member("ReceiptHandle", entry.receiptHandle)
                writer.member("VisibilityTimeout", entry.visibilityTimeout.wholeSeconds)
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> BatchOutput {
            try BatchOutput(&reader)
        }
    }
}
