package import JobsysCore
package import JobsysTime
import Synchronization

/// Workflows in memory, under the same conditions as the real ones.
package final class InMemoryWorkflowStore: WorkflowStore {
    private let state = Mutex<[String: WorkflowItem]>([:])

    /// Makes an empty store.
    package init() {}

    /// All items by their keys.
    package var all: [String: WorkflowItem] { state.withLock(\.self) }

    /// Puts an item, unless one of its key is there.
    package func create(_ item: WorkflowItem) async throws -> WorkflowItem? {
        state.withLock { items in
            if let existing = items[item.key] { return existing == item ? nil : existing }
            items[item.key] = item
            return nil
        }
    }

    /// Reads items.
    package func items(_ keys: [String]) async throws -> [String: WorkflowItem] {
        state.withLock { items in
            Dictionary(keys.compactMap { key in items[key].map { (key, $0) } }) { first, _ in first }
        }
    }

    /// Changes an item that is there.
    package func change(_ key: String, by change: WorkflowChange) async throws -> WorkflowWrite {
        state.withLock { items in
            guard var item = items[key] else { return .absent }
            let isAsRequired = change.requirements.contains { $0.allSatisfy { $0.holds(for: item) } }
            guard change.requirements.isEmpty || isAsRequired else { return .refused(item) }
            item.texts.merge(change.texts) { $1 }
            for name in change.removedTexts { item.texts[name] = nil }
            for (name, elements) in change.added { item.sets[name, default: []].formUnion(elements) }
            for (name, elements) in change.removed {
                let rest = item.sets[name]?.subtracting(elements)
                item.sets[name] = rest?.isEmpty == true ? nil : rest
            }
            switch change.visit {
            case .unchanged: break
            case .at(let instant): item.visitAt = instant
            case .never: item.visitAt = nil
            }
            items[key] = item
            return .made(item)
        }
    }

    /// Lists items, newest first.
    package func listed(_ section: ListSection) async throws -> Listing<WorkflowItem> {
        let found =
            all.values
            .compactMap { item in item.listing.map { (item, ListPosition(at: $0.createdAt, id: item.key)) } }
            .filter { section.end <= $0.1 && $0.1 < section.start }
            .filter { section.tenant == nil || $0.0.listing?.tenant == section.tenant }
            .sorted { $0.1 > $1.1 }
            .prefix(section.limit)
        return Listing(found.map(\.0), next: found.count == section.limit ? found.last?.1 : nil)
    }

    /// The keys of items to visit, the earliest first.
    package func due(through end: Timestamp, upTo limit: Int) async throws -> [String] {
        let due = all.values.compactMap { item in item.visitAt.map { ($0, item.key) } }.filter { $0.0 <= end }
        return Array(due.sorted { $0 < $1 }.prefix(limit).map(\.1))
    }
}

extension WorkflowChange.Requirement {
    fileprivate func holds(for item: WorkflowItem) -> Bool {
        switch self {
        case .absent(let name): item.texts[name] == nil
        case .equal(let name, let text): item.texts[name] == text
        case .contains(let name, let element): item.sets[name]?.contains(element) ?? false
        case .fewer(let name, let count): (item.sets[name]?.count ?? 0) < count
        }
    }
}
