import JobsysHandlers
public import JobsysJSON
public import JobsysObservability
import JobsysTime
import Logging

extension WorkflowEngine {
    /// Opens a workflow; one that is there already is left as it is.
    ///
    /// - Throws: ``WorkflowError`` for a last member that is wrong; ``DependencyError``, after which the call should be repeated.
    public func open(_ order: WorkflowOrder, trace: TraceContext) async throws {
        let instant = now()
        let end = instant + WorkflowLimits.lifetime + retention
        // Records keep whole seconds of it.
        let keepUntil = Timestamp(milliseconds: end.milliseconds / 1000 * 1000)
        var texts = ["tenant": order.tenant, "createdAt": "\(instant)"]
        texts["name"] = order.name
        texts["maxParallel"] = order.maxParallel.map { "\($0)" }
        texts["tolerate"] = order.tolerance?.description
        texts["finally"] = order.finally?.key
        let record = WorkflowItem(
            key: WorkflowKey.record(order.id),
            texts: texts,
            expiresAt: keepUntil,
            listing: .init(tenant: order.tenant, createdAt: instant),
            visitAt: instant + Self.firstVisit
        )
        if let finally = order.finally { try WorkflowRules.check([finally], in: order.id, known: [:]) }
        // The record comes last: whoever finds it finds the rest.
        let existing = try await store.items([record.key])[record.key]
        let terms = WorkflowTerms(existing ?? record)
        let parts = [WorkflowKey.root(order.id)] + (order.maxParallel == nil ? [] : [WorkflowKey.slots(order.id)])
        for key in parts {
            _ = try await store.create(WorkflowItem(key: key, expiresAt: terms.keepUntil))
        }
        if let finally = order.finally {
            try await place(finally, in: order.id, terms, trace: trace, at: instant)
        }
        guard existing == nil, try await store.create(record) == nil else { return }
        Logger.current.debug("workflow opened", metadata: ["workflowId": "\(order.id)"])
    }

    /// Records the member that runs when all others are over.
    private func place(
        _ member: WorkflowMember,
        in workflow: JobID,
        _ terms: WorkflowTerms,
        trace: TraceContext,
        at now: Timestamp
    ) async throws {
        let id = JobID(workflow: workflow, key: member.key)
        let page = WorkflowPage.finally
        let item = WorkflowPage.item(
            page,
            of: workflow,
            members: [id],
            edges: [],
            lenient: member.onFailure == .continue ? [0] : [],
            waiting: [0],
            at: now,
            expiresAt: terms.keepUntil
        )
        _ = try await store.create(item)
        let membership = terms.membership(member, in: workflow, page, 0)
        var job = Job(member, id: id, membership, terms, trace: trace, at: now)
        job.status = .waiting
        if case .exists(let other) = try await jobs.create(job), other.requestHash != job.requestHash {
            throw WorkflowError.keyReused(member.key)
        }
        _ = try await store.change(WorkflowKey.root(workflow), by: .init(adding: ["pages": [page]]))
    }

    /// Takes no more members from outside; a workflow without any is over then.
    public func seal(_ id: JobID, of tenant: String? = nil) async throws {
        let record = try await record(of: id, tenant)
        guard record.texts["status"] == nil else { return }
        let root = WorkflowKey.root(id)
        let write = try await store.change(root, by: .init(texts: ["sealedAt": "\(now())"], if: [.absent("sealedAt")]))
        switch write {
        case .made(let root) where root.isComplete: try await conclude(id)
        // Whoever sealed it may have died before it was over.
        case .refused(let root) where root.isComplete: try await conclude(id)
        case .made, .refused: break
        case .absent: throw WorkflowError.noSuchWorkflow
        }
    }

    /// Cancels every member that is not over, but the last one, which runs; those that run are told to stop.
    ///
    /// The root says so first, so that nobody adds more from then on; whoever is about to looks again afterwards.
    public func cancel(_ id: JobID, of tenant: String? = nil) async throws {
        let record = try await record(of: id, tenant)
        switch record.texts["status"].flatMap({ WorkflowStatus(rawValue: $0) }) {
        case .cancelled?: return
        case let status?: throw WorkflowError.wrongState(status, "it is over")
        case nil: break
        }
        let instant = "\(now())"
        _ = try await store.change(
            WorkflowKey.root(id),
            by: .init(texts: ["sealedAt": instant], if: [.absent("sealedAt")])
        )
        let change = WorkflowChange(texts: ["cancelledAt": instant], if: [.absent("cancelledAt")])
        switch try await store.change(WorkflowKey.root(id), by: change) {
        case .made(let root), .refused(let root):
            let pages = try await pages(of: id, root).filter { $0.name != WorkflowPage.finally }
            try await cancel(pages.flatMap(\.openMembers))
            if root.isComplete { try await conclude(id) }
        case .absent:
            throw WorkflowError.noSuchWorkflow
        }
    }

    /// Cancels members' jobs, or has their workers told.
    func cancel(_ ids: [JobID]) async throws {
        let over = try await inParallel(ids) { id -> Job? in
            let instant = now()
            for _ in 0..<5 {
                switch try await jobs.cancel(id, at: instant, expiresAt: instant + retention) {
                case .done(let job): return job
                case .refused(let job) where job.status.isFinal: return job
                case .refused: continue
                case .requested, .noSuchJob: return nil
                }
            }
            return nil
        }
        try await ended(over.compactMap(\.self))
    }

    /// Starts all members anew that failed or were cancelled; those that wait for such a one wait again.
    ///
    /// - Returns: How many.
    /// - Throws: ``WorkflowError``; ``DependencyError``, after which the call should be repeated.
    @discardableResult
    public func retry(_ id: JobID, of tenant: String? = nil) async throws -> Int {
        let record = try await record(of: id, tenant)
        let rootKey = WorkflowKey.root(id)
        guard let root = try await store.items([rootKey])[rootKey] else { throw WorkflowError.noSuchWorkflow }
        if record.texts["status"] == nil, root.texts["cancelledAt"] != nil {
            throw WorkflowError.wrongState(.running, "it is being cancelled: wait until it is over")
        }
        let found = try await jobs.members(try await pages(of: id, root).flatMap(\.members))
        return try await restart(
            found.values.filter { $0.status == .failedFinal || $0.status == .cancelled },
            of: record
        )
    }

    /// Starts one member anew that failed or was cancelled, and its workflow with it; it waits for those alone that are not over.
    ///
    /// - Returns: What became of it.
    public func redrive(_ job: Job, with payload: JSONValue?) async throws -> Intervention {
        guard let membership = job.workflow, job.status == .failedFinal || job.status == .cancelled else {
            return .refused(job)
        }
        let record = try await record(of: membership.workflow, nil)
        try await restart([job], of: record, with: payload, evenAfterFailures: true)
        return try await jobs.job(job.id).map { $0.generation > job.generation ? .done($0) : .refused($0) }
            ?? .noSuchJob
    }

    /// Starts members anew: their pages are open first, then the workflow, and then the jobs, those first that wait.
    @discardableResult
    private func restart(
        _ found: [Job],
        of record: WorkflowItem,
        with payload: JSONValue? = nil,
        evenAfterFailures: Bool = false
    ) async throws -> Int {
        guard let id = WorkflowKey.workflow(of: record.key), !found.isEmpty else { return 0 }
        let byPage = Dictionary(grouping: found) { $0.workflow?.page ?? "" }
        _ = try await inParallel(Array(byPage.keys)) { page in
            let open = (byPage[page] ?? [])
                .compactMap { job in
                    job.workflow.map { WorkflowPage.element($0.index, job.generation + 1) }
                }
            _ = try await store.change(WorkflowKey.page(page, of: id), by: .init(adding: ["open": Set(open)]))
        }
        let reopened = Set(byPage.keys).subtracting([WorkflowPage.finally])
        let change = WorkflowChange(removing: ["cancelledAt"], adding: ["open": reopened])
        guard case .made(let root) = try await store.change(WorkflowKey.root(id), by: change) else { return 0 }
        if record.texts["status"] != nil {
            let epoch = (record.texts["epoch"].flatMap { Int($0) } ?? 0) + 1
            let reset = WorkflowChange(
                texts: ["epoch": "\(epoch)"],
                removing: ["status", "finishedAt", "counts", "cancelledAt", "sealedAt"],
                visit: .at(now() + Self.firstVisit),
                if: [record.epoch]
            )
            _ = try await store.change(record.key, by: reset)
        }
        let view = WorkflowView(try await pages(of: id, root), record)
        let plans = try await inParallel(found) { job in
            (job: job, isFree: try await isFree(job, in: view, evenAfterFailures: evenAfterFailures))
        }
        for isFree in [false, true] {
            _ = try await inParallel(plans.filter { $0.isFree == isFree }.map(\.job)) { job in
                try await restart(job, isFree: isFree, with: payload)
            }
        }
        // Nothing holds back the last one if it alone is started anew.
        if root.isComplete { try await conclude(id) }
        Logger.current.info(
            "workflow started anew",
            metadata: ["workflowId": "\(id)", "workflow.members": "\(found.count)"]
        )
        return found.count
    }

    /// Starts one job anew, which waits or is sent.
    private func restart(_ job: Job, isFree: Bool, with payload: JSONValue?) async throws {
        guard let membership = job.workflow else { return }
        var next = job.redriven(with: payload, at: now())
        next.status = .waiting
        guard try await jobs.restart(job, with: next, at: now()) != nil, isFree else { return }
        if membership.page != WorkflowPage.finally { try await admit(job.id, membership) }
    }

    /// Whether a member waits for no other any more.
    private func isFree(_ job: Job, in view: WorkflowView, evenAfterFailures: Bool) async throws -> Bool {
        guard let membership = job.workflow, membership.page != WorkflowPage.finally else { return false }
        if evenAfterFailures, membership.dependencies == membership.dependsOn.count {
            return membership.dependsOn.allSatisfy { view.end(ofKey: $0) != nil }
        }
        switch membership.dependencies {
        case 0: return true
        case 1: return view.passes(membership.dependsOn.first ?? "")
        default:
            let key = WorkflowKey.set(WorkflowSet.top(job.id), of: membership.workflow)
            return try await store.items([key])[key].map { $0.sets["waits"] == nil } ?? false
        }
    }

    static let firstVisit: Duration = .seconds(60)
}

/// How the members of a workflow stand, by their jobs.
struct WorkflowView: Sendable {
    private let outcomes: [JobID: (outcome: MemberOutcome?, isLenient: Bool)]
    private let workflow: JobID?
    private let tolerates: Bool

    init(_ pages: [WorkflowPage], _ record: WorkflowItem) {
        var outcomes: [JobID: (outcome: MemberOutcome?, isLenient: Bool)] = [:]
        for page in pages {
            for (index, id) in page.members.enumerated() {
                outcomes[id] = (page.outcome(of: index), page.isLenient(index))
            }
        }
        self.outcomes = outcomes
        workflow = WorkflowKey.workflow(of: record.key)
        tolerates = record.texts["tolerate"] != nil
    }

    /// How a member has ended, and whether those that wait for it go on; nil if it is open.
    func end(of id: JobID) -> (outcome: MemberOutcome, passes: Bool)? {
        guard let member = outcomes[id], let outcome = member.outcome else { return nil }
        return (outcome, outcome == .succeeded || member.isLenient || tolerates)
    }

    func end(ofKey key: String) -> (outcome: MemberOutcome, passes: Bool)? {
        workflow.flatMap { end(of: JobID(workflow: $0, key: key)) }
    }

    func passes(_ key: String) -> Bool { end(ofKey: key)?.passes ?? false }

    /// The members by what they are called in sets.
    var byToken: [String: JobID] {
        Dictionary(outcomes.keys.map { (WorkflowSet.token($0), $0) }) { first, _ in first }
    }
}
