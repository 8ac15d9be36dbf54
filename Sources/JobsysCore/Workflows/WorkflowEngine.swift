import JobsysHandlers
public import JobsysTime
import Logging

/// Carries workflows on: every end of a member goes through ``ended(_:)``, whoever has brought it about.
///
/// The member's own record is written before. Then its page notes the end; then each set that it was in; and what waits for
/// nothing any more is released and sent. Each of these may be done twice without harm. Whoever dies in between leaves a message
/// that is not deleted, or a request that is repeated, and both do all of it again; what nobody repeats, ``mend(_:)`` does.
public struct WorkflowEngine: Sendable {
    let store: any WorkflowStore
    let jobs: any MemberStore
    let sender: any JobSender
    let retention: Duration
    let width: Int
    let now: @Sendable () -> Timestamp

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - store: Where workflows are kept.
    ///   - jobs: Where their members' jobs are recorded.
    ///   - sender: Where messages go.
    ///   - retention: How long a workflow is kept after the longest time that it may last.
    ///   - width: How many calls are under way at once for one thing that is asked of it.
    ///   - now: The wall clock.
    public init(
        store: any WorkflowStore,
        jobs: any MemberStore,
        sender: any JobSender,
        retention: Duration = JobPolicy.standard.retention,
        width: Int = 16,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.jobs = jobs
        self.sender = sender
        self.retention = retention
        self.width = width
        self.now = now
    }

    /// Does what the end of a member brings about; nothing for a job that is in no workflow, or not over.
    ///
    /// - Throws: ``DependencyError``; it must be done again then.
    public func ended(_ job: Job) async throws {
        guard job.workflow != nil else { return }
        try await ended([job])
    }

    /// The end of a member.
    struct End: Sendable {
        let id: JobID
        let generation: Int
        let outcome: MemberOutcome
        let membership: WorkflowMembership

        init?(_ job: Job) {
            guard let membership = job.workflow, let outcome = MemberOutcome(job.status) else { return nil }
            (id, generation, self.outcome, self.membership) = (job.id, job.generation, outcome, membership)
        }
    }

    /// Does what ends bring about, and what the ends that follow from them do.
    func ended(_ jobs: [Job]) async throws {
        var ends = jobs.compactMap(End.init)
        var seen = Set(ends.map(\.id))
        while !ends.isEmpty {
            let followers = try await inParallel(ends) { try await carryOut($0) }
            ends = followers.joined().compactMap(End.init).filter { seen.insert($0.id).inserted }
        }
    }

    /// Does what one end brings about; answers the jobs that it has cancelled.
    private func carryOut(_ end: End) async throws -> [Job] {
        let workflow = end.membership.workflow
        let element = WorkflowPage.element(end.membership.index, end.generation)
        let change = WorkflowChange(adding: [end.outcome.rawValue: [element]], taking: ["open": [element]])
        let write = try await store.change(WorkflowKey.page(end.membership.page, of: workflow), by: change)
        // A page that is gone was forgotten with its workflow.
        guard case .made(let item) = write, let page = WorkflowPage(item, name: end.membership.page) else { return [] }
        // First: one failure too many must not release what waits.
        if end.outcome != .succeeded, !end.membership.continues, let tolerance = end.membership.tolerance {
            try await check(tolerance, of: workflow)
        }
        let targets = page.targets(of: end.membership.index)
        let cancelled = try await inParallel(targets) { target in
            try await tell(target, that: end)
        }
        if end.membership.maxParallel != nil { try await leaveSlot(end) }
        if page.open.isEmpty { try await close(page.name, of: workflow) }
        return cancelled.compactMap(\.self)
    }

    /// Tells what waits for a member that it has ended; answers the job if that was cancelled by it.
    func tell(_ target: WorkflowPage.Target, that end: End) async throws -> Job? {
        let workflow = end.membership.workflow
        switch target {
        case .job(let id) where end.membership.passes(end.outcome):
            try await admit(id, end.membership)
        case .job(let id):
            return try await cancelWaiting(id)
        case .set(let token) where end.membership.passes(end.outcome):
            try await take(WorkflowSet.token(end.id), from: token, end.membership)
        case .set(let token):
            let key = WorkflowKey.set(token, of: workflow)
            guard let id = try await store.items([key])[key]?.texts["job"].flatMap({ JobID(compact: $0) }) else {
                return nil
            }
            return try await cancelWaiting(id)
        }
        return nil
    }

    /// Takes an element from a set; a set that is empty is taken from the next one up, and has its job released at the top.
    func take(_ element: String, from token: String, _ membership: WorkflowMembership) async throws {
        var (element, token) = (element, token)
        while true {
            let key = WorkflowKey.set(token, of: membership.workflow)
            guard case .made(let set) = try await store.change(key, by: .init(taking: ["waits": [element]])),
                set.sets["waits"] == nil
            else { return }
            guard let next = set.texts["into"] else {
                if let id = set.texts["job"].flatMap({ JobID(compact: $0) }) { try await admit(id, membership) }
                return
            }
            (element, token) = (token, next)
        }
    }

    /// Cancels a member that waits for one that has failed; answers it if it is cancelled, by whomever.
    func cancelWaiting(_ id: JobID) async throws -> Job? {
        let instant = now()
        guard case .done(let job) = try await jobs.cancel(id, at: instant, expiresAt: instant + retention) else {
            return nil
        }
        return job
    }

    /// Has a member's job wait for a worker, and sends its message.
    ///
    /// - Returns: Whether the job is over, so that it needs no room.
    @discardableResult
    func release(_ id: JobID) async throws -> Bool {
        switch try await jobs.release(id, at: now()) {
        case .released(let job):
            try await sender.send(job, trace: job.resumedTrace, after: .zero)
            return false
        case .other(let job):
            // Whoever released it may have died before it sent the message. One too many is deleted by whoever receives it.
            if job.status == .pending, job.attempts == 0 { try await sender.sendAgain(job, trace: job.resumedTrace) }
            return job.status.isFinal
        case .noSuchJob:
            return true
        }
    }

    /// Notes that a page has no open members; ends the workflow if no page has.
    func close(_ page: String, of workflow: JobID) async throws {
        if page == WorkflowPage.finally { return try await conclude(workflow) }
        let write = try await store.change(WorkflowKey.root(workflow), by: .init(taking: ["open": [page]]))
        guard case .made(let root) = write, root.isComplete else { return }
        try await conclude(workflow)
    }

    /// Ends a workflow whose members are over: releases the last one, if that has yet to run, or records the end.
    func conclude(_ id: JobID) async throws {
        let keys = [WorkflowKey.record(id), WorkflowKey.root(id)]
        let items = try await store.items(keys)
        guard let record = items[keys[0]], let root = items[keys[1]], root.isComplete, record.texts["status"] == nil
        else { return }
        let pages = try await pages(of: id, root)
        if let last = pages.first(where: { $0.name == WorkflowPage.finally }), !last.open.isEmpty {
            for member in last.members { try await release(member) }
            return
        }
        guard pages.allSatisfy(\.open.isEmpty) else { return }
        let tally = WorkflowTally(pages)
        let tolerance = record.texts["tolerate"].flatMap { WorkflowTolerance($0) }
        let status: WorkflowStatus =
            root.texts["cancelledAt"] != nil ? .cancelled : tally.hasFailed(tolerance) ? .failed : .succeeded
        var change = WorkflowChange(
            texts: ["status": status.rawValue, "finishedAt": "\(now())", "counts": tally.counts.text],
            visit: .never,
            if: [.absent("status"), record.epoch]
        )
        for name in ["sealedAt", "cancelledAt"] { change.texts[name] = root.texts[name] }
        guard case .made = try await store.change(record.key, by: change) else { return }
        Logger.current.info(
            "workflow over",
            metadata: ["workflowId": "\(id)", "workflow.status": "\(status.rawValue)"]
        )
    }

    /// Cancels what waits, if more members have failed than may.
    private func check(_ tolerance: WorkflowTolerance, of id: JobID) async throws {
        guard let root = try await store.items([WorkflowKey.root(id)])[WorkflowKey.root(id)] else { return }
        // A share of members that are yet to come is unknown.
        if case .percent = tolerance, root.texts["sealedAt"] == nil { return }
        let pages = try await pages(of: id, root)
        guard WorkflowTally(pages).hasFailed(tolerance) else { return }
        let ids = pages.filter { $0.name != WorkflowPage.finally }.flatMap(\.openMembers)
        let waiting = try await jobs.members(ids).values.filter { $0.status == .waiting }
        let cancelled = try await inParallel(waiting.map(\.id)) { try await cancelWaiting($0) }
        try await ended(cancelled.compactMap(\.self))
    }

    /// Reads all pages.
    func pages(of id: JobID, _ root: WorkflowItem) async throws -> [WorkflowPage] {
        let names = (root.sets["pages"] ?? []).sorted()
        let items = try await store.items(names.map { WorkflowKey.page($0, of: id) })
        return names.compactMap { name in
            items[WorkflowKey.page(name, of: id)].flatMap { WorkflowPage($0, name: name) }
        }
    }

    /// Does a piece of work for each of some values, some at a time; all are tried, and the first error is thrown then.
    func inParallel<Value: Sendable, Result: Sendable>(
        _ values: [Value],
        _ work: @escaping @Sendable (Value) async throws -> Result
    ) async throws -> [Result] {
        if values.count == 1 { return [try await work(values[0])] }
        let results = await values.concurrentMap(limit: width) { value in
            do {
                return Swift.Result<Result, any Error>.success(try await work(value))
            } catch {
                return .failure(error)
            }
        }
        return try results.map { try $0.get() }
    }
}

extension WorkflowItem {
    /// Whether no more members come to this root's workflow, and all are over.
    var isComplete: Bool { texts["sealedAt"] != nil && sets["open"] == nil }

    /// That a record was not started anew since it was read.
    var epoch: WorkflowChange.Requirement { texts["epoch"].map { .equal("epoch", $0) } ?? .absent("epoch") }
}

extension WorkflowPage {
    /// The jobs of the members that are open.
    var openMembers: [JobID] { open.keys.sorted().compactMap { members.indices.contains($0) ? members[$0] : nil } }
}

/// How the members of some pages have ended.
struct WorkflowTally {
    /// How many there are, and how many have ended how; those that are open are in none but the total.
    private(set) var counts = Workflow.Counts()
    /// How many have not succeeded and had to.
    private(set) var failures = 0

    init(_ pages: [WorkflowPage]) {
        for page in pages {
            counts.total += page.members.count
            for index in page.members.indices {
                guard let outcome = page.outcome(of: index) else { continue }
                switch outcome {
                case .succeeded: counts.succeeded += 1
                case .failed: counts.failed += 1
                case .cancelled: counts.cancelled += 1
                }
                if outcome != .succeeded, !page.isLenient(index) { failures += 1 }
            }
        }
    }

    func hasFailed(_ tolerance: WorkflowTolerance?) -> Bool {
        tolerance?.isExceeded(by: failures, of: counts.total) ?? (failures > 0)
    }
}
