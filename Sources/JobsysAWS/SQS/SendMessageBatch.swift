public import JobsysJSON

extension SQS {
    /// Puts 1 to 10 messages, 1 MiB together, into a queue; some may fail while others succeed.
    public struct SendMessageBatch: AWSOperation {
        /// SQS.
        public static let service = AWSService.sqs
        /// The operation's name.
        public static let name = "SendMessageBatch"

        /// A message and its name within the batch.
        public struct Entry: Sendable, Hashable {
            /// Up to 80 letters, digits, `-` and `_`.
            public var id: String
            /// The message.
            public var message: OutgoingMessage

            /// Creates an entry.
            public init(id: String, message: OutgoingMessage) {
                self.id = id
                self.message = message
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

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.batch(queueURL, entries) { entry, writer in
                writer.member("Id", entry.id)
                entry.message.encodeMembers(to: &writer)
            }
        }

        /// Reads the answer.
        public static func decode(_ reader: inout JSONReader) throws -> BatchOutput {
            try BatchOutput(&reader)
        }

        /// Compares the messages with the digests of what the service stored; one that differs has failed alone.
        ///
        /// It is in the queue all the same, other than it was sent.
        public func check(_ output: inout BatchOutput) throws(AWSAnswerError) {
            for entry in entries {
                guard let sent = output.sent[entry.id] else { continue }
                do {
                    try entry.message.check(sent.digests)
                } catch {
                    output.fail(entry.id, error)
                }
            }
        }
    }
}
