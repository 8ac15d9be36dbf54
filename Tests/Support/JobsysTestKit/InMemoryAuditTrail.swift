public import JobsysCore
import Synchronization

/// What people and keys have changed, in memory.
public final class InMemoryAuditTrail: AuditTrail {
    private let state = Mutex<(entries: [AuditEntry], outage: DependencyError?)>(([], nil))

    /// Makes an empty trail.
    public init() {}

    /// Everything that is noted, oldest first.
    public var recorded: [AuditEntry] { state.withLock { $0.entries } }

    /// Makes every call fail with an error, until it is set to nil.
    public func fail(with error: DependencyError?) {
        state.withLock { $0.outage = error }
    }

    /// Notes an entry.
    public func record(_ entry: AuditEntry) async throws {
        try state.withLock { state in
            if let outage = state.outage { throw outage }
            state.entries.append(entry)
        }
    }

    /// Lists entries.
    public func entries(_ query: AuditQuery) async throws -> Listing<AuditEntry> {
        try state.withLock { state in
            if let outage = state.outage { throw outage }
            let section = query.section
            let entries = state.entries
                .filter { section.end <= $0.position && $0.position < section.start && query.matches($0) }
                .sorted { $0.position > $1.position }
                .prefix(section.limit)
            return Listing(Array(entries), next: entries.count == section.limit ? entries.last?.position : nil)
        }
    }
}
