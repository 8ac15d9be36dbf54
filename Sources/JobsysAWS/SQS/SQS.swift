/// The operations of Amazon Simple Queue Service.
///
/// A queue URL only names the queue: requests go to the client's endpoint, whatever host the URL shows.
/// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
public enum SQS {}

extension Duration {
    /// Whole seconds, rounded up, as SQS counts.
    var wholeSeconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) + (attoseconds > 0 ? 1 : 0)
    }
}
