import JobsysTime
import Logging

/// What the reconciler does now and then for each workflow that is not over: from what is recorded, it does again whatever
/// somebody may have left undone.
extension WorkflowEngine {
    /// Looks at workflows whose time has come; answers the jobs whose messages may be lost.
    ///
    /// One that cannot be looked at is left for a minute, and warned of.
    public func mendDue(upTo limit: Int = 10) async throws -> [Job] {
        var open: [Job] = []
        for key in try await store.due(through: now(), upTo: limit) {
            try Task.checkCancellation()
            guard let id = WorkflowKey.workflow(of: key) else { continue }
            do {
                open += try await mend(id)
            } catch {
                try Task.checkCancellation()
                Logger.current.warning(
                    "workflow not mended",
                    metadata: ["workflowId": "\(id)", "error.message": "\(error)"]
                )
                _ = try await store.change(key, by: .init(visit: .at(now() + Self.firstVisit)))
            }
        }
        return open
    }

    /// Does for a workflow what was left undone, and says when it is looked at next.
    ///
    /// - Returns: The jobs of members that wait for a worker, or are with one.
    @discardableResult
    public func mend(_ id: JobID) async throws -> [Job] {
        let keys = [WorkflowKey.record(id), WorkflowKey.root(id)]
        let items = try await store.items(keys)
        guard let record = items[keys[0]] else { return [] }
        guard record.texts["status"] == nil, let root = items[keys[1]] else {
            _ = try await store.change(record.key, by: .init(visit: .never))
            return []
        }
        let createdAt = record.texts["createdAt"].flatMap { Timestamp($0) } ?? now()
        let age = now().duration(since: createdAt)
        if age > WorkflowLimits.lifetime, root.texts["cancelledAt"] == nil { try await cancel(id) }
        let pages = try await pages(of: id, root)
        try await closeStale(pages, of: id, root)
        let jobs = try await jobs.members(pages.flatMap(\.openMembers))
        let open = try await mend(pages, jobs, of: id, record, root)
        try await mendSlots(jobs, of: id, record)
        if let root = try await store.items([keys[1]])[keys[1]], root.isComplete { try await conclude(id) }
        let pause = min(max(Self.firstVisit, age / 4), Self.longestPause)
        let still: [WorkflowChange.Requirement] = [.absent("status")]
        _ = try await store.change(record.key, by: .init(visit: .at(now() + pause), if: still))
        return open
    }

    /// Takes pages from the root's open ones that are closed, or were never made by whoever named them.
    private func closeStale(_ pages: [WorkflowPage], of id: JobID, _ root: WorkflowItem) async throws {
        let byName = Dictionary(pages.map { ($0.name, $0) }) { first, _ in first }
        let addedAt = root.texts["addedAt"].flatMap { Timestamp($0) } ?? .earliest
        let isLate = now().duration(since: addedAt) > WorkflowLimits.patience
        for name in root.sets["open"] ?? [] where byName[name].map(\.open.isEmpty) ?? isLate {
            try await close(name, of: id)
        }
    }

    private func mend(
        _ pages: [WorkflowPage],
        _ jobs: [JobID: Job],
        of id: JobID,
        _ record: WorkflowItem,
        _ root: WorkflowItem
    ) async throws -> [Job] {
        let view = WorkflowView(pages, record)
        let tokens = view.byToken
        var over: [Job] = []
        var open: [Job] = []
        var unwanted: [JobID] = []
        for page in pages {
            for (index, generation) in page.open where page.members.indices.contains(index) {
                let member = page.members[index]
                guard let job = jobs[member], job.workflow?.page == page.name, job.generation <= generation else {
                    // It was never made, or is on another page, or was started anew since.
                    if now().duration(since: page.at) > WorkflowLimits.patience {
                        try await drop(index, generation, from: page, of: id)
                    }
                    continue
                }
                if job.generation < generation {
                    if job.status.isFinal { _ = try await redrive(job, with: nil) }
                } else if job.status.isFinal {
                    over.append(job)
                } else if root.texts["cancelledAt"] != nil, page.name != WorkflowPage.finally {
                    unwanted.append(member)
                } else if job.status == .waiting {
                    if page.name != WorkflowPage.finally { over += try await mend(job, view, tokens) }
                } else {
                    open.append(job)
                }
            }
        }
        try await ended(over)
        try await cancel(unwanted)
        return open
    }

    /// Takes a member from a page that no job belongs to.
    private func drop(_ index: Int, _ generation: Int, from page: WorkflowPage, of id: JobID) async throws {
        let change = WorkflowChange(taking: ["open": [WorkflowPage.element(index, generation)]])
        guard case .made(let item) = try await store.change(WorkflowKey.page(page.name, of: id), by: change) else {
            return
        }
        Logger.current.warning(
            "member of a workflow was never made: it is left out",
            metadata: ["workflowId": "\(id)", "jobId": "\(page.members[index])"]
        )
        if WorkflowPage(item, name: page.name)?.open.isEmpty == true { try await close(page.name, of: id) }
    }

    /// Releases or cancels a member that waits for none that is open; answers it if it is cancelled.
    private func mend(_ job: Job, _ view: WorkflowView, _ tokens: [String: JobID]) async throws -> [Job] {
        guard let membership = job.workflow else { return [] }
        if membership.dependencies == 0 {
            try await admit(job.id, membership)
            return []
        }
        if membership.dependencies <= WorkflowMembership.storedDependencies {
            let ends = membership.dependsOn.map(view.end(ofKey:))
            if ends.contains(where: { $0?.passes == false }) {
                return try await cancelWaiting(job.id).map { [$0] } ?? []
            }
            if ends.allSatisfy({ $0 != nil }) { try await admit(job.id, membership) }
            return []
        }
        return try await mend(WorkflowSet.top(job.id), job, membership, view, tokens)
    }

    /// Goes through the sets that a member waits for.
    private func mend(
        _ token: String,
        _ job: Job,
        _ membership: WorkflowMembership,
        _ view: WorkflowView,
        _ tokens: [String: JobID]
    ) async throws -> [Job] {
        let key = WorkflowKey.set(token, of: membership.workflow)
        guard let set = try await store.items([key])[key] else { return [] }
        guard let elements = set.sets["waits"] else {
            if let next = set.texts["into"] {
                try await take(token, from: next, membership)
            } else {
                try await admit(job.id, membership)
            }
            return []
        }
        for element in elements.sorted() {
            if element.hasPrefix("+") {
                let cancelled = try await mend(element, job, membership, view, tokens)
                guard cancelled.isEmpty else { return cancelled }
            } else if let end = tokens[element].flatMap({ view.end(of: $0) }) {
                guard end.passes else { return try await cancelWaiting(job.id).map { [$0] } ?? [] }
                try await take(element, from: token, membership)
            }
        }
        return []
    }

    /// Leaves the slots of members that are over, and gives them to those that are ready.
    private func mendSlots(_ open: [JobID: Job], of id: JobID, _ record: WorkflowItem) async throws {
        guard let limit = record.texts["maxParallel"].flatMap({ Int($0) }) else { return }
        let key = WorkflowKey.slots(id)
        guard let slots = try await store.items([key])[key] else { return }
        let held = (slots.sets["held"] ?? []).compactMap { JobID(compact: $0) }
        let jobs = try await jobs.members(held)
        let over = held.filter { jobs[$0]?.status.isFinal ?? true }
        for id in held where jobs[id]?.status == .waiting { try await release(id) }
        let change = WorkflowChange(taking: ["held": Set(over.map(\.compact))])
        if case .made(let slots) = try await store.change(key, by: change) { try await fill(slots, limit, id) }
    }

    private static let longestPause: Duration = .seconds(900)
}
