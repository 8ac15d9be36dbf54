import JobsysJSON

/// The event with which Lambda hands over messages of a queue.
///
/// Strict: a document of any other shape is refused as a whole, for to take it for an empty batch would acknowledge
/// messages that nobody has seen.
/// Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".
struct SQSEvent: Sendable, Hashable {
    var records: [Record]

    /// One message.
    struct Record: Sendable, Hashable {
        var messageID: String
        var receiptHandle: String
        var body: String
        /// The system attributes, such as `SentTimestamp`.
        var attributes: [String: String]
        /// The sender's attributes that are texts or numbers.
        var messageAttributes: [String: String]
    }
}
