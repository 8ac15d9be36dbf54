import JobsysJSON

extension SQS {
    /// What a message is sent with.
    public struct OutgoingMessage: Sendable, Hashable {
        /// The content, 1 byte to 1 MiB together with the attributes; most control characters are refused.
        public var body: String
        /// How long the message stays hidden at first; nil for the queue's own.
        ///
        /// Up to 15 minutes, in whole seconds, rounded up. Not for a FIFO queue.
        public var delay: Duration?
        /// What is attached, up to 10.
        public var attributes: [String: MessageAttribute]
        /// The trace that the sender is part of, as in `X-Amzn-Trace-Id`; does not count towards the size.
        public var traceHeader: String?
        /// The group within which a FIFO queue keeps the order; on a standard queue, the tenant for fairness.
        public var groupID: String?
        /// A FIFO queue takes the same one once only in five minutes.
        public var deduplicationID: String?

        /// Creates a message.
        public init(
            body: String,
            delay: Duration? = nil,
            attributes: [String: MessageAttribute] = [:],
            traceHeader: String? = nil,
            groupID: String? = nil,
            deduplicationID: String? = nil
        ) {
            self.body = body
            self.delay = delay
            self.attributes = attributes
            self.traceHeader = traceHeader
            self.groupID = groupID
            self.deduplicationID = deduplicationID
        }

        /// What counts towards the size of the message and of its batch, in bytes.
        public var byteCount: Int {
            attributes.reduce(body.utf8.count) { $0 + $1.key.utf8.count + $1.value.byteCount }
        }

        func encodeMembers(to writer: inout JSONWriter) {
            writer.member("MessageBody", body)
            writer.member("DelaySeconds", ifPresent: delay?.wholeSeconds)
            if !attributes.isEmpty {
                writer.map("MessageAttributes", attributes) { $0.encode(to: &$1) }
            }
            if let traceHeader {
                writer.object("MessageSystemAttributes") { writer in
                    writer.key("AWSTraceHeader")
                    MessageAttribute.string(traceHeader).encode(to: &writer)
                }
            }
            writer.member("MessageGroupId", ifPresent: groupID)
            writer.member("MessageDeduplicationId", ifPresent: deduplicationID)
        }

        /// Compares the digests of what the service stored with what was sent; they may be absent.
        func check(_ digests: MessageDigests) throws(AWSAnswerError) {
            let trace = traceHeader.map { ["AWSTraceHeader": MessageAttribute.string($0)] } ?? [:]
            try digests.check(body: body, attributes: attributes, systemAttributes: trace)
        }
    }
}

extension SQS.MessageAttribute {
    fileprivate var byteCount: Int {
        dataType.utf8.count + (stringValue?.utf8.count ?? 0) + (binaryValue?.count ?? 0)
    }
}
