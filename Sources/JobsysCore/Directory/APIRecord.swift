public import JobsysTime

/// What a process of svc-api says of itself.
public struct APIRecord: Sendable, Hashable {
    /// A name that no other process has; one that starts anew has another.
    public var id: String
    /// When it said this.
    public var seenAt: Timestamp

    /// Makes a record.
    public init(id: String, seenAt: Timestamp) {
        self.id = id
        self.seenAt = seenAt
    }

    /// How often a process says that it is there.
    public static let interval = WorkerRecord.interval
    /// How long after it last did it is taken to be there.
    public static let lifetime = WorkerRecord.lifetime

    /// From when on it is taken to have ended.
    public var expiresAt: Timestamp { seenAt + Self.lifetime }
}

/// Which processes of svc-api there are, so that they can share what is limited for all of them together.
///
/// Lists may miss what was written within the last second or so. All calls throw ``DependencyError``, or
/// `CancellationError` when the calling task is cancelled; a write may then have happened or not.
public protocol APIDirectory: Sendable {
    /// Notes that a process is there, until ``APIRecord/expiresAt``.
    func announce(_ api: APIRecord) async throws

    /// Notes that a process has ended.
    func withdrawAPI(_ api: APIRecord) async throws

    /// The processes that have not expired, by their ids.
    func apis(at now: Timestamp) async throws -> [APIRecord]
}
