public import JobsysJSON

extension SQS {
    /// Sets anew how long others do not see a message that was received.
    public struct ChangeMessageVisibility: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "ChangeMessageVisibility"

        /// The queue.
        public var queueURL: String
        /// The receipt handle of the message's last receipt.
        public var receiptHandle: String
        /// From now on, in whole seconds, rounded up; 0 hands the message back.
        ///
        /// No longer than 12 hours since the receipt.
        public var visibilityTimeout: Duration

        /// Creates the operation.
        public init(queueURL: String, receiptHandle: String, visibilityTimeout: Duration) {
            self.queueURL = queueURL
            self.receiptHandle = receiptHandle
            self.visibilityTimeout = visibilityTimeout
        }

        /// Safe: the time counts from the last call.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("QueueUrl", queueURL)
                writer.member("ReceiptHandle", receiptHandle)
                writer.member("VisibilityTimeout", visibilityTimeout.wholeSeconds)
            }
        }
    }
}
