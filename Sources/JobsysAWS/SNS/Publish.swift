/// The operations of Amazon Simple Notification Service.
///
/// Source: https://docs.aws.amazon.com/sns/latest/api/welcome.html
public enum SNS {
    static let version = "2010-03-31"
}

extension AWSService {
    /// Amazon Simple Notification Service.
    public static let sns = AWSService(endpointPrefix: "sns", environmentName: "SNS")
}

extension SNS {
    /// Sends a message to all who have subscribed to a topic.
    public struct Publish: QueryOperation {
        /// SNS.
        public static let service = AWSService.sns
        /// The operation's name.
        public static let name = "Publish"
        /// The version of SNS's interface.
        public static let version = SNS.version

        /// The topic.
        public var topicARN: String
        /// The subject of e-mails: up to 100 printable ASCII characters.
        public var subject: String?
        /// The message, up to 256 KiB.
        public var message: String

        /// Creates the operation.
        public init(topicARN: String, subject: String? = nil, message: String) {
            self.topicARN = topicARN
            self.subject = subject
            self.message = message
        }

        /// Not safe: a repeat is sent again.
        public var isSafeToRepeat: Bool { false }

        /// The input as parameters.
        public var parameters: [(name: String, value: String?)] {
            [("TopicArn", topicARN), ("Subject", subject), ("Message", message)]
        }

        /// Reads the message's id.
        public static func decode(_ result: QueryXMLElement) throws -> String {
            try result.required("MessageId")
        }
    }
}
