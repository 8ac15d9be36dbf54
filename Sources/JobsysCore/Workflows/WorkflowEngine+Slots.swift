import JobsysTime

/// At most so many members are open at once, where the workflow says so.
///
/// One item holds a *slot* for each of them. A member that finds none is noted as ready, in one of 64 items, and the slots' item
/// names those that may have some; whoever leaves a slot looks there.
extension WorkflowEngine {
    /// Releases a member that waits for no other, when there is room for it.
    func admit(_ id: JobID, _ membership: WorkflowMembership) async throws {
        guard let limit = membership.maxParallel else {
            try await release(id)
            return
        }
        guard try await takeSlot(for: id, limit, membership.workflow) == .full else { return }
        let shard = String(id.compact.suffix(1))
        let workflow = membership.workflow
        let ready = WorkflowItem(
            key: WorkflowKey.ready(shard, of: workflow),
            sets: ["ready": [id.compact]],
            expiresAt: membership.keepUntil
        )
        if try await store.create(ready) != nil {
            _ = try await store.change(ready.key, by: .init(adding: ["ready": [id.compact]]))
        }
        let noted = try await store.change(WorkflowKey.slots(workflow), by: .init(adding: ["shards": [shard]]))
        // One may have been left since.
        if case .made(let slots) = noted { try await fill(slots, limit, workflow) }
    }

    /// Leaves the slot of a member that has ended to the next.
    func leaveSlot(_ end: End) async throws {
        guard let limit = end.membership.maxParallel else { return }
        let workflow = end.membership.workflow
        let change = WorkflowChange(taking: ["held": [end.id.compact]])
        if case .made(let slots) = try await store.change(WorkflowKey.slots(workflow), by: change) {
            try await fill(slots, limit, workflow)
        }
    }

    /// Releases ready members as long as there is room.
    func fill(_ slots: WorkflowItem, _ limit: Int, _ workflow: JobID) async throws {
        var slots = slots
        while (slots.sets["held"]?.count ?? 0) < limit, let shard = slots.sets["shards"]?.min() {
            let key = WorkflowKey.ready(shard, of: workflow)
            let ready = try await store.items([key])[key]?.sets["ready"] ?? []
            for compact in ready.sorted() {
                guard let id = JobID(compact: compact) else { continue }
                guard try await takeSlot(for: id, limit, workflow) != .full else { return }
                _ = try await store.change(key, by: .init(taking: ["ready": [compact]]))
            }
            var write = try await store.change(WorkflowKey.slots(workflow), by: .init(taking: ["shards": [shard]]))
            // Who was noted meanwhile may have named the shard before it was taken out.
            if try await store.items([key])[key]?.sets["ready"] != nil {
                write = try await store.change(WorkflowKey.slots(workflow), by: .init(adding: ["shards": [shard]]))
            }
            guard case .made(let next) = write else { return }
            slots = next
        }
    }

    private enum Slot { case taken, unneeded, full }

    /// Releases a member if there is a slot for it.
    private func takeSlot(for id: JobID, _ limit: Int, _ workflow: JobID) async throws -> Slot {
        let key = WorkflowKey.slots(workflow)
        let change = WorkflowChange(
            adding: ["held": [id.compact]],
            if: [.fewer("held", than: limit)],
            [.contains("held", id.compact)]
        )
        guard case .made = try await store.change(key, by: change) else { return .full }
        guard try await release(id) else { return .taken }
        // It was cancelled while it waited for room.
        _ = try await store.change(key, by: .init(taking: ["held": [id.compact]]))
        return .unneeded
    }
}
