public import JobsysTime

/// Who was there and what went for their types, at one moment.
public struct DirectorySnapshot: Sendable, Hashable {
    /// The workers, by their ids.
    public var workers: [WorkerRecord]
    /// The types that the directory has an item of, by name.
    public var types: [String: TypeRecord]
    /// When it was read.
    public var readAt: Timestamp

    /// Makes a snapshot.
    public init(workers: [WorkerRecord], types: [TypeRecord], readAt: Timestamp) {
        self.workers = workers
        self.types = Dictionary(types.map { ($0.name, $0) }) { $1 }
        self.readAt = readAt
    }

    /// Reads a directory.
    ///
    /// - Throws: ``DependencyError``, or `CancellationError`.
    public init(of directory: any WorkerDirectory, at now: Timestamp) async throws {
        async let workers = directory.workers(at: now)
        async let types = directory.types()
        self.init(workers: try await workers, types: try await types, readAt: now)
    }

    /// The workers that offer a type; those that are stopping start no more jobs of it.
    public func workers(offering type: String) -> [WorkerRecord] {
        workers.filter { $0.types.contains(type) }
    }

    /// A type as it is known from its item and from the workers that offer it; nil if nobody knows it.
    public func type(_ name: String) -> TypeRecord? {
        let seenAt = workers(offering: name).map(\.seenAt).max()
        guard var record = types[name] ?? seenAt.map({ _ in TypeRecord(name) }) else { return nil }
        record.lastOfferedAt = [record.lastOfferedAt, seenAt].compactMap(\.self).max()
        return record
    }

    /// The names of all types that are known, sorted.
    public var typeNames: [String] {
        Set(types.keys).union(workers.flatMap(\.types)).sorted()
    }
}
