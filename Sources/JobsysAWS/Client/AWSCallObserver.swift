/// Somebody who is told of each call that a client has made, such as a meter of time and costs.
public protocol AWSCallObserver: Sendable {
    /// Whether DynamoDB is to be asked what each call consumed; it makes requests and answers somewhat longer.
    var wantsConsumedCapacity: Bool { get }

    /// Takes note of a call that has ended, successful or not; called in the caller's task, so it should be quick.
    func callEnded(_ record: AWSCallRecord)
}

extension AWSCallObserver {
    /// Not asked.
    public var wantsConsumedCapacity: Bool { false }
}
