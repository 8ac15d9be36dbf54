import JobsysHandlers
public import JobsysJSON
import JobsysObservability
import JobsysTime

extension WorkflowEngine {
    /// Reads a workflow, and counts how its members stand.
    ///
    /// How many have ended, and how, is exact. Of those that are open up to 500 are looked at; the others count as waiting if they
    /// waited at first, and as pending if not.
    ///
    /// - Throws: ``WorkflowError/noSuchWorkflow``, also for another tenant's; ``DependencyError``.
    public func workflow(_ id: JobID, of tenant: String? = nil) async throws -> Workflow {
        let record = try await record(of: id, tenant)
        let rootKey = WorkflowKey.root(id)
        guard record.texts["status"] == nil, let root = try await store.items([rootKey])[rootKey] else {
            return Workflow(record, root: nil)
        }
        var workflow = Workflow(record, root: root)
        let pages = try await pages(of: id, root)
        var counts = WorkflowTally(pages).counts
        let open = pages.flatMap { page in
            page.open.keys.sorted().filter { page.members.indices.contains($0) }
                .map { (id: page.members[$0], waited: page.waitedAtFirst($0)) }
        }
        let jobs = try await jobs.members(open.prefix(Self.countedMembers).map(\.id))
        for member in open {
            switch jobs[member.id]?.status {
            case nil: if member.waited { counts.waiting += 1 } else { counts.pending += 1 }
            case .waiting: counts.waiting += 1
            case .scheduled, .pending, .retrying: counts.pending += 1
            // Its page will say so in a moment.
            case .running, .succeeded, .failedFinal, .cancelled: counts.running += 1
            }
        }
        workflow.counts = counts
        return workflow
    }

    /// Lists workflows, newest first, without their counts if they are not over.
    public func workflows(_ section: ListSection) async throws -> Listing<Workflow> {
        let items = try await store.listed(section)
        let roots = try await store.items(
            items.elements.filter { $0.texts["status"] == nil }.compactMap { WorkflowKey.workflow(of: $0.key) }
                .map(WorkflowKey.root)
        )
        let workflows = items.elements.map { item in
            Workflow(item, root: WorkflowKey.workflow(of: item.key).flatMap { roots[WorkflowKey.root($0)] })
        }
        return Listing(workflows, next: items.next)
    }

    /// A part of a workflow's members, page by page.
    ///
    /// - Parameters:
    ///   - id: The workflow.
    ///   - tenant: Whose it must be; nil for anybody's.
    ///   - page: The last page that is known already; nil to begin with the first.
    /// - Returns: The jobs, and the page to go on after; nil if there are no more.
    /// - Throws: ``WorkflowError/noSuchWorkflow``, also for another tenant's; ``DependencyError``.
    public func members(
        of id: JobID,
        _ tenant: String? = nil,
        after page: String? = nil
    ) async throws -> (jobs: [Job], next: String?) {
        _ = try await record(of: id, tenant)
        let rootKey = WorkflowKey.root(id)
        let root = try await store.items([rootKey])[rootKey]
        let names = (root?.sets["pages"] ?? []).sorted().filter { $0 > page ?? "" }
        let wanted = Array(names.prefix(Self.pagesOfList))
        let items = try await store.items(wanted.map { WorkflowKey.page($0, of: id) })
        let ids = wanted.flatMap { name in
            items[WorkflowKey.page(name, of: id)].flatMap { WorkflowPage($0, name: name) }?.members ?? []
        }
        let jobs = try await jobs.members(ids)
        return (ids.compactMap { jobs[$0] }, names.count > wanted.count ? wanted.last : nil)
    }

    /// A member's payload with the results of those that it depends on in their places.
    ///
    /// A result of more than ``WorkflowLimits/inlineOutput`` bytes is named by its job: `{"$job": "..."}`. That of a member which
    /// has not succeeded is null.
    public func payload(of job: Job) async throws -> JSONValue {
        guard let membership = job.workflow else { return job.payload }
        let keys = WorkflowRules.outputs(in: job.payload)
        guard !keys.isEmpty else { return job.payload }
        let ids = keys.map { JobID(workflow: membership.workflow, key: $0) }
        let parents = try await jobs.members(ids)
        return WorkflowRules.replacingOutputs(in: job.payload) { key in
            let id = JobID(workflow: membership.workflow, key: key)
            guard let parent = parents[id], parent.status == .succeeded, let result = parent.result else {
                return .null
            }
            guard result.serialized().count <= WorkflowLimits.inlineOutput else { return ["$job": .string("\(id)")] }
            return result
        }
    }

    /// What a running member can do with its workflow.
    func context(of job: Job, trace: TraceContext) -> WorkflowContext? {
        guard let membership = job.workflow else { return nil }
        return WorkflowContext(id: "\(membership.workflow)", key: membership.key) { members in
            do {
                return try await add(members, to: membership.workflow, from: membership, trace: trace).map(\.job.id)
            } catch let error as WorkflowError {
                throw JobFailure(.validation, "members not added: \(error.explanation)")
            }
        }
    }

    private static let countedMembers = 500
    private static let pagesOfList = 5
}
