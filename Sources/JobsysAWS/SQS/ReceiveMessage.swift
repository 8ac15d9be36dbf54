public import JobsysJSON
import Logging

extension SQS {
    /// Takes messages off a queue for a while, with all their attributes; none is an empty list.
    public struct ReceiveMessage: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "ReceiveMessage"

        /// The queue.
        public var queueURL: String
        /// 1 to 10.
        public var maxMessages: Int
        /// How long to wait for a first message, 0 to 20 whole seconds, rounded up.
        public var wait: Duration
        /// How long others do not see the messages, up to 12 hours; nil for the queue's own.
        public var visibilityTimeout: Duration?
        /// Of a FIFO queue the same id brings the same messages again for five minutes, after an answer that was lost.
        public var attemptID: String?

        /// Creates the operation.
        public init(
            queueURL: String,
            maxMessages: Int = 10,
            wait: Duration,
            visibilityTimeout: Duration? = nil,
            attemptID: String? = nil
        ) {
            self.queueURL = queueURL
            self.maxMessages = maxMessages
            self.wait = wait
            self.visibilityTimeout = visibilityTimeout
            self.attemptID = attemptID
        }

        /// The wait.
        public var extraTime: Duration { .seconds(wait.wholeSeconds) }

        /// Safe: messages of an answer that was lost come back.
        public var isSafeToRepeat: Bool { true }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("QueueUrl", queueURL)
                writer.member("MaxNumberOfMessages", maxMessages)
                writer.member("WaitTimeSeconds", wait.wholeSeconds)
                writer.member("VisibilityTimeout", ifPresent: visibilityTimeout?.wholeSeconds)
                writer.member("ReceiveRequestAttemptId", ifPresent: attemptID)
                writer.strings("MessageSystemAttributeNames", ["All"])
                writer.strings("MessageAttributeNames", ["All"])
            }
        }

        /// Reads the messages.
        public static func decode(_ reader: inout JSONReader) throws -> ReceivedMessages {
            var received = ReceivedMessages()
            try reader.readMembers { reader, key throws(JSONError) in
                if key == "Messages" { received = try ReceivedMessages(&reader) }
            }
            return received
        }

        /// Tells of damaged messages, whether or not the caller looks at them; it is no fault of the others.
        public func check(_ output: inout ReceivedMessages) throws(AWSAnswerError) {
            for message in output.damaged {
                Logger.current.info("A message was received damaged and is left to come back", error: message)
            }
        }
    }
}
