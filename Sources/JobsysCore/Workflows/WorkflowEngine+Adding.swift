import JobsysHandlers
import JobsysHashing
import JobsysJSON
public import JobsysObservability
import JobsysTime
import Logging

/// A member that is there, or has just been made.
public struct AddedMember: Sendable, Hashable {
    /// Its key.
    public var key: String
    /// Its job as the call has left it; it may have moved on since.
    public var job: Job
}

extension WorkflowEngine {
    /// Adds members; whoever repeats the call makes none twice, and finishes what the first call has left undone.
    ///
    /// In this order: the root names the new pages, so that nobody can take the workflow to be over; the sets that members wait
    /// for, and the pages, are written; then the jobs that wait, and only then what would end or release them: the edges at
    /// older members, and the jobs that start at once.
    ///
    /// - Parameters:
    ///   - members: Up to ``WorkflowLimits/membersOfCall``.
    ///   - id: The workflow.
    ///   - tenant: Whose it must be; nil for anybody's.
    ///   - run: The job that adds them while it runs, if one does: a sealed workflow takes those too.
    ///   - trace: The trace that the jobs belong to.
    /// - Returns: The members in their order.
    /// - Throws: ``WorkflowError``; ``DependencyError``, after which the call should be repeated.
    public func add(
        _ members: [WorkflowMember],
        to id: JobID,
        of tenant: String? = nil,
        from run: WorkflowMembership? = nil,
        trace: TraceContext
    ) async throws -> [AddedMember] {
        let record = try await record(of: id, tenant)
        if let status = record.texts["status"].flatMap({ WorkflowStatus(rawValue: $0) }) {
            throw WorkflowError.wrongState(status, "it is over")
        }
        let known = try await known(members, in: id)
        let plan = try WorkflowPlan(members, of: id, record, known: known, trace: trace, at: now())
        guard !plan.members.isEmpty else { return [] }
        try await announce(plan, from: run)
        _ = try await inParallel(plan.sets + plan.pages) { _ = try await store.create($0) }
        var added = try await create(plan.members.filter { $0.job.status == .waiting }, known)
        let ended = try await connect(plan)
        for (target, end) in ended {
            if let job = try await tell(target, that: end) { try await self.ended([job]) }
        }
        added.merge(try await create(plan.members.filter { $0.job.status == .pending }, known)) { $1 }
        // Who was there and is over may have died before that was noted.
        try await self.ended(added.values.filter(\.status.isFinal))
        try await start(plan, added)
        try await cancelIfClosed(id, added)
        return plan.members.map { AddedMember(key: $0.key, job: added[$0.job.id] ?? $0.job) }
    }

    /// Finds what is wrong with the first members of a workflow.
    ///
    /// - Throws: ``WorkflowError``.
    public func check(_ members: [WorkflowMember], of id: JobID) async throws {
        try WorkflowRules.check(members, in: id, known: try await known(members, in: id))
        _ = try WorkflowRules.inOrder(members)
    }

    /// The jobs that members of a call name: those that are there already, and those that they depend on.
    private func known(_ members: [WorkflowMember], in id: JobID) async throws -> [JobID: Job] {
        let keys = Set(members.map(\.key) + members.flatMap(\.dependsOn))
        return try await jobs.members(keys.map { JobID(workflow: id, key: $0) })
    }

    /// Has the root name the pages, if it takes any.
    private func announce(_ plan: WorkflowPlan, from run: WorkflowMembership?) async throws {
        let names = Set(plan.newPages)
        let root = WorkflowKey.root(plan.workflow)
        guard !names.isEmpty else { return }
        var change = WorkflowChange(texts: ["addedAt": "\(now())"], adding: ["pages": names, "open": names])
        // A page that is there already, because the call is a repeat, may be over.
        let existing = try await store.items(names.map { WorkflowKey.page($0, of: plan.workflow) })
        if !existing.isEmpty {
            change.added["open"] = names.filter { existing[WorkflowKey.page($0, of: plan.workflow)] == nil }
            if change.added["open"]?.isEmpty == true { change.added["open"] = nil }
        }
        let takesMore: [WorkflowChange.Requirement] = [.absent("sealedAt"), .absent("cancelledAt")]
        change.requirements = [takesMore]
        if let run { change.requirements.append([.absent("cancelledAt"), .contains("open", run.page)]) }
        // A repeat of a call that was made in time.
        change.requirements.append(names.sorted().map { .contains("pages", $0) } + [.absent("cancelledAt")])
        switch try await store.change(root, by: change) {
        case .made(let item):
            guard (item.sets["pages"]?.count ?? 0) * WorkflowPage.size > WorkflowLimits.members else { return }
            let pages = try await pages(of: plan.workflow, item).filter { !names.contains($0.name) }
            let count = pages.reduce(plan.newMembers) { $0 + $1.members.count }
            guard count > WorkflowLimits.members else { return }
            let made = names.filter { existing[WorkflowKey.page($0, of: plan.workflow)] == nil }
            _ = try await store.change(root, by: .init(taking: ["pages": made, "open": made]))
            let problem = "are more than the \(WorkflowLimits.members) that a workflow may have"
            throw WorkflowError.invalid([FieldProblem(.root.appending("jobs"), problem)])
        case .refused(let item):
            let isCancelled = item.texts["cancelledAt"] != nil
            throw WorkflowError.wrongState(.running, isCancelled ? "it is being cancelled" : "it is sealed")
        case .absent:
            throw WorkflowError.noSuchWorkflow
        }
    }

    /// Records jobs, or finds them; by their ids.
    private func create(_ members: [WorkflowPlan.Member], _ known: [JobID: Job]) async throws -> [JobID: Job] {
        let created = try await inParallel(members) { member in
            if let job = known[member.job.id] { return job }
            return switch try await jobs.create(member.job) {
            case .created: member.job
            case .exists(let job): job
            }
        }
        return Dictionary(created.map { ($0.id, $0) }) { $1 }
    }

    /// Notes at members of older pages who waits for them; answers those that are over already.
    private func connect(_ plan: WorkflowPlan) async throws -> [(WorkflowPage.Target, End)] {
        let pages = Array(Set(plan.olderEdges.map(\.membership.page)))
        let found = try await inParallel(pages) { name -> [(WorkflowPage.Target, End)] in
            let edges = plan.olderEdges.filter { $0.membership.page == name }
            let texts = Set(edges.map { WorkflowPage.edge($0.membership.index, $0.target) })
            let key = WorkflowKey.page(name, of: plan.workflow)
            guard case .made(let item) = try await store.change(key, by: .init(adding: ["edges": texts])),
                let page = WorkflowPage(item, name: name)
            else { return [] }
            return edges.compactMap { edge in
                guard let outcome = page.outcome(of: edge.membership.index) else { return nil }
                return (edge.target, End(edge.id, outcome, edge.membership))
            }
        }
        return found.flatMap(\.self)
    }

    /// Sends the messages of the jobs that start at once, and of those that a call before this may not have sent.
    private func start(_ plan: WorkflowPlan, _ added: [JobID: Job]) async throws {
        _ = try await inParallel(plan.members.filter(\.startsAtOnce)) { member in
            guard let job = added[member.job.id] else { return }
            switch job.status {
            case .waiting:
                if let membership = job.workflow { try await admit(job.id, membership) }
            case .pending where job.attempts == 0:
                try await sender.send(job, trace: job.resumedTrace, after: .zero)
            default: break
            }
        }
    }

    /// Cancels what was added while the workflow was cancelled: whoever cancelled it may have looked before it was there.
    private func cancelIfClosed(_ id: JobID, _ added: [JobID: Job]) async throws {
        let key = WorkflowKey.root(id)
        guard try await store.items([key])[key]?.texts["cancelledAt"] != nil else { return }
        try await cancel(Array(added.keys))
    }

    /// Reads a workflow's record.
    ///
    /// - Throws: ``WorkflowError/noSuchWorkflow``, also for another tenant's.
    func record(of id: JobID, _ tenant: String?) async throws -> WorkflowItem {
        let key = WorkflowKey.record(id)
        guard let record = try await store.items([key])[key], tenant == nil || record.texts["tenant"] == tenant else {
            throw WorkflowError.noSuchWorkflow
        }
        return record
    }
}

extension WorkflowEngine.End {
    fileprivate init(_ id: JobID, _ outcome: MemberOutcome, _ membership: WorkflowMembership) {
        (self.id, generation, self.outcome, self.membership) = (id, 0, outcome, membership)
    }
}

/// What is to be written to add members.
struct WorkflowPlan: Sendable {
    struct Member: Sendable {
        let key: String
        let job: Job
        /// Whether it waits for no other.
        let startsAtOnce: Bool
    }

    /// Somebody waits for a member of an older page.
    struct OlderEdge: Sendable {
        let id: JobID
        let membership: WorkflowMembership
        let target: WorkflowPage.Target
    }

    let workflow: JobID
    private(set) var members: [Member] = []
    private(set) var sets: [WorkflowItem] = []
    private(set) var pages: [WorkflowItem] = []
    private(set) var newPages: [String] = []
    /// How many members are on the new pages.
    private(set) var newMembers = 0
    private(set) var olderEdges: [OlderEdge] = []

    /// Checks members against what is there, and lays out their pages and sets.
    init(
        _ members: [WorkflowMember],
        of workflow: JobID,
        _ record: WorkflowItem,
        known: [JobID: Job],
        trace: TraceContext,
        at now: Timestamp
    ) throws(WorkflowError) {
        self.workflow = workflow
        try WorkflowRules.check(members, in: workflow, known: known)
        let terms = WorkflowTerms(record)
        let ordered = try WorkflowRules.inOrder(members)
        let (placed, names) = Self.place(ordered, of: workflow, known)
        var targets: [JobID: [WorkflowPage.Target]] = [:]
        for member in ordered {
            let id = JobID(workflow: workflow, key: member.key)
            let dependencies = Self.unique(member.dependsOn).map { JobID(workflow: workflow, key: $0) }
            let tree = WorkflowSet.tree(for: id, in: workflow, dependencies: dependencies, expiresAt: terms.keepUntil)
            sets += tree.sets
            for (dependency, target) in tree.targets { targets[dependency, default: []].append(target) }
        }
        var byKey: [String: Member] = [:]
        for member in ordered {
            let id = JobID(workflow: workflow, key: member.key)
            let place = placed[member.key] ?? (page: "", index: 0)
            let membership = known[id]?.workflow ?? terms.membership(member, in: workflow, place.page, place.index)
            var job = Job(member, id: id, membership, terms, trace: trace, at: now)
            let waits = !member.dependsOn.isEmpty
            job.status = waits || terms.maxParallel != nil ? .waiting : .pending
            if let known = known[id], known.requestHash != job.requestHash {
                throw .keyReused(member.key)
            }
            byKey[member.key] = Member(key: member.key, job: job, startsAtOnce: !waits)
        }
        self.members = members.compactMap { byKey[$0.key] }
        newPages = names
        for name in names {
            let own = ordered.filter { placed[$0.key]?.page == name }
            newMembers += own.count
            let edges = own.enumerated()
                .flatMap { index, member in
                    (targets[JobID(workflow: workflow, key: member.key)] ?? []).map { WorkflowPage.edge(index, $0) }
                }
            pages.append(
                WorkflowPage.item(
                    name,
                    of: workflow,
                    members: own.map { JobID(workflow: workflow, key: $0.key) },
                    edges: Set(edges),
                    lenient: Set(own.indices.filter { own[$0].onFailure == .continue }),
                    waiting: Set(own.indices.filter { !own[$0].dependsOn.isEmpty || terms.maxParallel != nil }),
                    at: now,
                    expiresAt: terms.keepUntil
                )
            )
        }
        let fresh = Set(
            ordered.filter { names.contains(placed[$0.key]?.page ?? "") }.map { JobID(workflow: workflow, key: $0.key) }
        )
        for (id, targets) in targets where !fresh.contains(id) {
            guard let membership = known[id]?.workflow else { continue }
            olderEdges += targets.map { OlderEdge(id: id, membership: membership, target: $0) }
        }
    }

    /// Gives each member its page: the one that its job names, or one of those that this call makes.
    ///
    /// A page's name is made of its members' keys, so that a repeat of the call makes the same ones.
    private static func place(
        _ members: [WorkflowMember],
        of workflow: JobID,
        _ known: [JobID: Job]
    ) -> (places: [String: (page: String, index: Int)], names: [String]) {
        var rest = members
        var places: [String: (page: String, index: Int)] = [:]
        while true {
            var names: [String] = []
            var own: [String: (page: String, index: Int)] = [:]
            for start in stride(from: 0, to: rest.count, by: WorkflowPage.size) {
                let keys = rest[start..<min(start + WorkflowPage.size, rest.count)].map(\.key)
                let id = JobID(tenant: "page", idempotencyKey: keys.joined(separator: "\n"))
                let name = String(id.compact.prefix(8))
                names.append(name)
                for (index, key) in keys.enumerated() { own[key] = (name, index) }
            }
            let foreign = rest.filter { member in
                guard let place = known[JobID(workflow: workflow, key: member.key)]?.workflow else { return false }
                return place.page != own[member.key]?.page || place.index != own[member.key]?.index
            }
            guard !foreign.isEmpty else { return (places.merging(own) { $1 }, names) }
            for member in foreign {
                guard let place = known[JobID(workflow: workflow, key: member.key)]?.workflow else { continue }
                places[member.key] = (place.page, place.index)
            }
            let keys = Set(foreign.map(\.key))
            rest.removeAll { keys.contains($0.key) }
        }
    }

    private static func unique(_ keys: [String]) -> [String] {
        var seen: Set<String> = []
        return keys.filter { seen.insert($0).inserted }
    }
}

/// What all members of a workflow share.
struct WorkflowTerms: Sendable {
    let tenant: String
    let keepUntil: Timestamp
    let maxParallel: Int?
    let tolerance: WorkflowTolerance?

    init(_ record: WorkflowItem) {
        tenant = record.texts["tenant"] ?? Submission.defaultTenant
        keepUntil = record.expiresAt
        maxParallel = record.texts["maxParallel"].flatMap { Int($0) }
        tolerance = record.texts["tolerate"].flatMap { WorkflowTolerance($0) }
    }

    func membership(_ member: WorkflowMember, in workflow: JobID, _ page: String, _ index: Int) -> WorkflowMembership {
        WorkflowMembership(
            workflow: workflow,
            key: member.key,
            page: page,
            index: index,
            dependsOn: member.dependsOn,
            continues: member.onFailure == .continue,
            keepUntil: keepUntil,
            maxParallel: page == WorkflowPage.finally ? nil : maxParallel,
            tolerance: page == WorkflowPage.finally ? nil : tolerance
        )
    }
}

extension Job {
    /// Makes a member's job.
    init(
        _ member: WorkflowMember,
        id: JobID,
        _ membership: WorkflowMembership,
        _ terms: WorkflowTerms,
        trace: TraceContext,
        at now: Timestamp
    ) {
        let submission = Submission(
            tenant: terms.tenant,
            type: member.type,
            payload: member.payload,
            maxAttempts: member.maxAttempts,
            orderingKey: member.orderingKey
        )
        self.init(submission, id: id, traceID: trace.traceID, at: now)
        workflow = membership
        let content: JSONObject = [
            "job": .string(submission.requestHash), "onFailure": .string(member.onFailure.rawValue),
            "dependsOn": .array(Set(member.dependsOn).sorted().map { .string($0) }),
        ]
        requestHash = String(SHA256.hexHash(JSONValue.object(content).canonical()).prefix(32))
    }
}
