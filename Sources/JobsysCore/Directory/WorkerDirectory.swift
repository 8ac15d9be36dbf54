public import JobsysJSON
public import JobsysTime

/// Which job types workers offer, so that a worker can tell a type that nobody runs from one that others do, and which are
/// paused.
public protocol TypeDirectory: Sendable {
    /// Notes that a worker runs jobs of these types now, and which fields of theirs nobody is shown.
    ///
    /// What different workers say holds together: a field is shown again when none has said otherwise for ``sensitiveMemory``.
    ///
    /// - Throws: ``DependencyError``.
    func announce(_ types: [String], sensitive: [String: [FieldPath]], at now: Timestamp) async throws

    /// When a worker last said that it runs jobs of a type; nil if none ever has.
    ///
    /// - Throws: ``DependencyError``.
    func lastOffered(_ type: String) async throws -> Timestamp?

    /// Pauses a type: no worker starts jobs of it until it is resumed.
    ///
    /// A type that is paused keeps the time of its first pause; who and why are those of the last one. A type that no
    /// worker has offered yet is noted, so that its jobs do not start when one does.
    func pause(_ type: String, _ pause: TypePause) async throws -> TypeRecord
}

extension TypeDirectory {
    /// Notes that a worker runs jobs of these types, of which every field may be shown.
    ///
    /// - Throws: ``DependencyError``.
    public func announce(_ types: [String], at now: Timestamp) async throws {
        try await announce(types, sensitive: [:], at: now)
    }
}

/// For how long a type's sensitive fields stay so when a worker offers it that does not say so: three times as long as workers
/// wait between two announcements, so that in a rolling deployment the stricter policy holds.
public let sensitiveMemory = Duration.seconds(900)

/// Which workers there are, which job types they offer, and what operators have said about those types.
///
/// Lists may miss what was written within the last second or so. All calls throw ``DependencyError``, or
/// `CancellationError` when the calling task is cancelled; a write may then have happened or not. Every write may be
/// repeated.
public protocol WorkerDirectory: TypeDirectory {
    /// Notes that a worker is there, until ``WorkerRecord/expiresAt``; what it said before is replaced.
    func announce(_ worker: WorkerRecord) async throws

    /// Forgets a worker, which has ended.
    func withdraw(_ workerID: String) async throws

    /// The workers that have not expired, by their ids.
    func workers(at now: Timestamp) async throws -> [WorkerRecord]

    /// The types that were ever offered, or that operators have said something about, by their names.
    func types() async throws -> [TypeRecord]

    /// Ends the pause of a type; nil if the type is not known.
    func resume(_ type: String) async throws -> TypeRecord?

    /// Changes the limits of a type; one that is removed is as the workers' policies say.
    ///
    /// - Returns: nil if the type is not known, and no limit is set.
    func limit(_ type: String, rate: LimitChange, concurrency: LimitChange) async throws -> TypeRecord?
}

/// What becomes of a limit.
public enum LimitChange: Sendable, Hashable, CustomStringConvertible {
    /// It stays as it is.
    case keep
    /// There is none any more.
    case remove
    /// It is this number from now on.
    case set(Int)

    /// Whether it brings a limit about.
    public var isSet: Bool { if case .set = self { true } else { false } }

    /// The limit after the change.
    public func applied(to limit: Int?) -> Int? {
        switch self {
        case .keep: limit
        case .remove: nil
        case .set(let number): number
        }
    }

    /// For a log.
    public var description: String {
        switch self {
        case .keep: "as it was"
        case .remove: "none"
        case .set(let number): "\(number)"
        }
    }
}

extension DependencyError {
    /// The ``code`` of a table that lacks the index by which workers and types are listed.
    public static let directoryMissing = "DirectoryMissing"

    /// Whether the table is of a deployment that had no directory yet.
    public var isMissingDirectory: Bool { code == Self.directoryMissing }
}
