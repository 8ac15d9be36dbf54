public import JobsysJSON

extension SQS {
    /// Asks for attributes of a queue, such as `ApproximateNumberOfMessages`; the numbers are about right.
    public struct GetQueueAttributes: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "GetQueueAttributes"

        /// The queue.
        public var queueURL: String
        /// The names of the attributes.
        public var names: [String]

        /// Creates the operation; `All` names all attributes.
        public init(queueURL: String, names: [String] = ["All"]) {
            self.queueURL = queueURL
            self.names = names
        }

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("QueueUrl", queueURL)
                writer.strings("AttributeNames", names)
            }
        }

        /// Reads the attributes by name.
        public static func decode(_ reader: inout JSONReader) throws -> [String: String] {
            try reader.readMember("Attributes") { reader throws(JSONError) in try reader.readStrings() } ?? [:]
        }
    }
}
