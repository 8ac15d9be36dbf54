/// The operations of Amazon Simple Queue Service.
///
/// A queue URL only names the queue: requests go to the client's endpoint, whatever host the URL shows.
/// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
public enum SQS {
    /// The largest message, and the largest batch, in bytes.
    ///
    /// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    public static let maxBytes = 1_048_576
}

extension AWSService {
    /// Amazon Simple Queue Service.
    public static let sqs = AWSService(
        endpointPrefix: "sqs",
        environmentName: "SQS",
        targetPrefix: "AmazonSQS",
        isQueryCompatible: true
    )
}

extension Duration {
    /// Whole seconds, rounded up, as SQS counts.
    var wholeSeconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) + (attoseconds > 0 ? 1 : 0)
    }
}
