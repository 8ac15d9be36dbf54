public import JSON

extension SQS {
    /// Asks for the URL of a queue.
    public struct GetQueueUrl: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "GetQueueUrl"

        /// The queue's name.
        public var queueName: String

        /// Creates the operation.
        public init(queueName: String) {
            self.queueName = queueName
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { $0.member("QueueName", queueName) }
        }

        /// Reads the URL.
        public static func decode(_ reader: inout JSONReader) throws -> String {
            var url: String?
            try reader.readMembers { reader, key throws(JSONError) in
                if key == "QueueUrl" { url = try reader.readString() }
            }
            guard let url else { throw AWSAnswerError.missing("QueueUrl") }
            return url
        }
    }
}
