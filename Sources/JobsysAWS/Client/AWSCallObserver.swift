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

/// What an observer is told of a call: one operation with all its attempts.
public struct AWSCallRecord: Sendable, Hashable {
    /// The service's endpoint prefix, such as `dynamodb`.
    public var service: String

    /// The operation's name, such as `PutItem`.
    public var operation: String

    /// The number of requests that were sent; AWS may bill each.
    public var attempts: Int

    /// The status of the last answer, if there was one.
    public var httpStatus: Int?

    /// What the last attempt failed with; nil after a success, `Cancelled` if the caller was cancelled.
    ///
    /// From a small set, fit for a label. Set too for an error that is a regular outcome, such as a failed condition.
    public var errorCode: String?

    /// From the call to its end, with all pauses.
    public var duration: Duration

    /// The capacity units that DynamoDB says the last attempt consumed, of all tables together, if it was asked.
    public var consumedCapacity: Double?

    /// What the call was made for, if its caller said so; see `CostTag`.
    public var tag: String?

    /// Creates a record.
    public init(
        service: String,
        operation: String,
        attempts: Int,
        httpStatus: Int? = nil,
        errorCode: String? = nil,
        duration: Duration,
        consumedCapacity: Double? = nil,
        tag: String? = nil
    ) {
        self.service = service
        self.operation = operation
        self.attempts = attempts
        self.httpStatus = httpStatus
        self.errorCode = errorCode
        self.duration = duration
        self.consumedCapacity = consumedCapacity
        self.tag = tag
    }
}
