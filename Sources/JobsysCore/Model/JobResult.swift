public import JobsysJSON
public import JobsysTime

/// What a handler made of a job, and how long it is kept.
public struct JobResult: Sendable, Hashable {
    /// The handler's answer.
    public var value: JSONValue
    /// When the store may forget the job.
    public var expiresAt: Timestamp

    /// Makes a result.
    public init(_ value: JSONValue, expiresAt: Timestamp) {
        self.value = value
        self.expiresAt = expiresAt
    }
}
