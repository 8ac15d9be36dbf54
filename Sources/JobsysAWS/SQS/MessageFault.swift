extension SQS {
    /// Why SQS would refuse a message, whatever the queue.
    ///
    /// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    public enum MessageFault: Error, Sendable, Hashable {
        /// The body is empty.
        case emptyBody
        /// The body or a string attribute holds a character that SQS does not take.
        case forbiddenCharacter(Unicode.Scalar)
        /// The body and the attributes have more than 1 MiB.
        case tooLarge(bytes: Int)
        /// The delay is not within 0 to 15 minutes.
        case delay(Duration)
        /// There are more than 10 attributes.
        case tooManyAttributes(Int)
        /// The attribute's name is not 1 to 256 letters, digits, `-`, `_` and single dots between them, or is AWS's own.
        case attributeName(String)
        /// The attribute of this name has no value, or one that does not fit its type.
        case attributeValue(name: String)
        /// The id of the group or for deduplication is not 1 to 128 letters, digits and punctuation characters.
        case fifoID(String)
    }

    /// The largest message, and the largest batch, in bytes.
    public static let maxBytes = 1_048_576
}

extension SQS.MessageFault: CustomStringConvertible {
    /// What is wrong, without any content of the message.
    public var description: String {
        switch self {
        case .emptyBody: "the body is empty"
        case .forbiddenCharacter(let scalar): "it holds U+\(String(scalar.value, radix: 16, uppercase: true))"
        case .tooLarge(let bytes): "it has \(bytes) bytes, at most \(SQS.maxBytes) are taken"
        case .delay: "the delay is not within 0 to 900 seconds"
        case .tooManyAttributes(let count): "it has \(count) attributes, at most 10 are taken"
        case .attributeName: "an attribute has an invalid name"
        case .attributeValue(let name): "the attribute \(name) has no value that fits its type"
        case .fifoID: "the id of the group or for deduplication is invalid"
        }
    }
}
