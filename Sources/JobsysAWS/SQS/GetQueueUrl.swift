public import JobsysJSON

extension SQS {
    /// Asks for the URL of a queue.
    public struct GetQueueUrl: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "GetQueueUrl"

        /// The queue's name.
        public var queueName: String
        /// The account that owns the queue; nil for the caller's own.
        public var ownerAccountID: String?

        /// Creates the operation.
        public init(queueName: String, ownerAccountID: String? = nil) {
            self.queueName = queueName
            self.ownerAccountID = ownerAccountID
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("QueueName", queueName)
                writer.member("QueueOwnerAWSAccountId", ifPresent: ownerAccountID)
            }
        }

        /// Reads the URL.
        public static func decode(_ reader: inout JSONReader) throws -> String {
            let url = try reader.readMember("QueueUrl") { reader throws(JSONError) in try reader.readString() }
            guard let url else { throw AWSAnswerError.missing("QueueUrl") }
            return url
        }
    }
}
