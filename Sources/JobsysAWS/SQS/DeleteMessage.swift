public import JobsysJSON

extension SQS {
    /// Removes a message that was received.
    public struct DeleteMessage: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "DeleteMessage"

        /// The queue.
        public var queueURL: String
        /// The receipt handle of the message's last receipt.
        public var receiptHandle: String

        /// Creates the operation.
        public init(queueURL: String, receiptHandle: String) {
            self.queueURL = queueURL
            self.receiptHandle = receiptHandle
        }

        /// Safe: the message stays removed.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("QueueUrl", queueURL)
                writer.member("ReceiptHandle", receiptHandle)
            }
        }
    }
}
