public import JobsysCore
import JobsysTime
public import Testing

/// A store of jobs, and the reconciler's view of them.
public struct ReconcilerSubject: Sendable {
    /// Where the jobs are, none as yet.
    public var jobs: any JobStore & JobControl
    /// The reconciler's view.
    public var store: any ReconcilerStore

    /// Makes a subject.
    public init(jobs: any JobStore & JobControl, store: any ReconcilerStore) {
        self.jobs = jobs
        self.store = store
    }

    /// The jobs of all shards that are named after a place.
    func named(after place: TimelinePlace, before end: Timestamp) async throws -> Set<JobID> {
        var ids: Set<JobID> = []
        for shard in 0..<store.shards {
            let page = try await store.timeline(of: shard, after: place, before: end, upTo: 100)
            ids.formUnion(page.compactMap(\.id))
        }
        return ids
    }

    /// The due jobs of all shards.
    func due(through end: Timestamp) async throws -> [DueJob] {
        var due: [DueJob] = []
        for shard in 0..<store.shards {
            due += try await store.due(of: shard, after: nil, through: end, upTo: 100)
        }
        return due
    }

    /// Records a job that is to start at an instant.
    func scheduled(at start: Timestamp) async throws -> Job {
        let job = Job.sample(start: .at(start))
        #expect(try await jobs.create(job) == .created)
        return job
    }
}

/// One rule that every store of a reconciler must keep; all of them are ``all``.
public struct ReconcilerStoreRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (ReconcilerSubject) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (ReconcilerSubject) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a store to the rule.
    public func check(_ subject: ReconcilerSubject) async throws {
        try await body(subject)
    }

    /// Every rule.
    public static let all = progress + timeline + due

    static let progress = [
        ReconcilerStoreRule("a checkpoint is read as it was saved last") { subject async throws in
            let store = subject.store
            #expect(try await store.checkpoint() == nil)
            var checkpoint = ReconcilerCheckpoint.beginning(at: .sample, shards: store.shards)
            try await store.save(checkpoint)
            #expect(try await store.checkpoint() == checkpoint)
            let id = JobID(at: .sample)
            checkpoint.places[1] = TimelinePlace(createdAt: .sample, id: id)
            checkpoint.watches = [id: .init(checks: 3, nextCheck: .sample + .seconds(7))]
            try await store.save(checkpoint)
            #expect(try await store.checkpoint() == checkpoint)
        },
        ReconcilerStoreRule("a checkpoint of two thousand watched jobs fits") { subject async throws in
            var checkpoint = ReconcilerCheckpoint.beginning(at: .sample, shards: subject.store.shards)
            for _ in 0..<2000 { checkpoint.watches[JobID(at: .sample)] = .init(checks: 10, nextCheck: .sample) }
            try await subject.store.save(checkpoint)
            #expect(try await subject.store.checkpoint() == checkpoint)
        },
        ReconcilerStoreRule("the jobs that are there are read, and no others") { subject async throws in
            let jobs = (0..<12).map { _ in Job.sample() }
            for job in jobs { _ = try await subject.jobs.create(job) }
            for consistently in [true, false] {
                let read = try await subject.store.jobs(
                    jobs.map(\.id) + [JobID(at: .sample)],
                    consistently: consistently
                )
                #expect(Set(read.jobs) == Set(jobs) && read.unreadable.isEmpty)
            }
            #expect(try await subject.store.jobs([], consistently: true) == JobRecords())
        },
    ]

    static let timeline = [
        ReconcilerStoreRule("a day's jobs are named oldest first, page by page, each once") { subject async throws in
            let jobs = (0..<30).map { Job.sample(at: .sample + .seconds($0 / 3)) }
            for job in jobs { _ = try await subject.jobs.create(job) }
            let end = Timestamp.sample + .seconds(60)
            var named: [TimelinePlace] = []
            for shard in 0..<subject.store.shards {
                var place = TimelinePlace(createdAt: .sample)
                while true {
                    let page = try await subject.store.timeline(of: shard, after: place, before: end, upTo: 4)
                    #expect(page.map(\.createdAt) == page.map(\.createdAt).sorted { $0 < $1 })
                    named += page
                    guard page.count == 4, let last = page.last else { break }
                    place = last
                }
            }
            #expect(named.count == 30)
            #expect(Set(named) == Set(jobs.map { TimelinePlace(createdAt: $0.createdAt, id: $0.id) }))
        },
        ReconcilerStoreRule("jobs from the end on, or of another day, are not named") { subject async throws in
            let end = Timestamp.sample + .seconds(5)
            let young = Job.sample(at: end)
            let old = Job.sample(at: .sample)
            let dayAfter = Job.sample(at: .sample + .seconds(86400))
            for job in [young, old, dayAfter] { _ = try await subject.jobs.create(job) }
            let start = TimelinePlace(createdAt: .sample + .seconds(-60))
            #expect(try await subject.named(after: start, before: end) == [old.id])
            #expect(try await subject.named(after: start, before: end + .seconds(2 * 86400)) == [old.id, young.id])
            #expect(try await subject.named(after: TimelinePlace(createdAt: end), before: .sample) == [])
        },
    ]

    static let due = [
        ReconcilerStoreRule("a job that starts too late for a queue is due at its start, and becomes pending") {
            subject async throws in
            let start = Timestamp.sample + .seconds(3600)
            let job = try await subject.scheduled(at: start)
            let due = DueJob(id: job.id, at: start)
            #expect(try await subject.due(through: start + .milliseconds(-1)) == [])
            #expect(try await subject.due(through: start) == [due])
            let now = start + .seconds(-2)
            try await subject.store.settle(due, of: job, at: now)
            #expect(try await subject.due(through: start) == [])
            var expected = job
            expected.status = .pending
            expected.updatedAt = now
            #expect(try await subject.jobs.job(job.id) == expected)
        },
        ReconcilerStoreRule("a job that a queue can keep is not due") { subject async throws in
            _ = try await subject.scheduled(at: .sample + .seconds(900))
            _ = try await subject.jobs.create(.sample())
            #expect(try await subject.due(through: .sample + .seconds(86400)) == [])
        },
        ReconcilerStoreRule("a job that is cancelled or claimed is due no more, and settling it changes nothing") {
            subject async throws in
            let start = Timestamp.sample + .seconds(3600)
            let cancelled = try await subject.scheduled(at: start)
            let claimed = try await subject.scheduled(at: start)
            _ = try await subject.jobs.cancel(cancelled.id, at: .sample, expiresAt: start)
            _ = try await subject.jobs.claim(.sample(of: claimed, at: start))
            #expect(try await subject.due(through: start) == [])
            for job in [cancelled, claimed] {
                let before = try await subject.jobs.job(job.id)
                try await subject.store.settle(DueJob(id: job.id, at: start), of: job, at: start)
                #expect(try await subject.jobs.job(job.id) == before)
            }
        },
        ReconcilerStoreRule("a job that was started anew is due, in case its message was not sent") {
            subject async throws in
            let job = Job.sample()
            _ = try await subject.jobs.create(job)
            _ = try await subject.jobs.cancel(job.id, at: .sample, expiresAt: .sample)
            guard case .done(let next) = try await subject.jobs.redrive(job.id, with: nil, at: .sample) else {
                return #expect(Bool(false), "not redriven")
            }
            let due = try await subject.due(through: .sample + .seconds(3600))
            #expect(due.map(\.id) == [job.id])
            for entry in due { try await subject.store.settle(entry, of: next, at: .sample + .seconds(61)) }
            #expect(try await subject.due(through: .sample + .seconds(3600)) == [])
            #expect(try await subject.jobs.job(job.id) == next)
        },
        ReconcilerStoreRule("due jobs are named the earliest first, as many as are asked for") { subject async throws in
            for delay in [5000, 3000, 4000, 2000, 6000, 7000, 8000, 9000] {
                _ = try await subject.scheduled(at: .sample + .seconds(delay))
            }
            let end = Timestamp.sample + .seconds(9000)
            for shard in 0..<subject.store.shards {
                let all = try await subject.store.due(of: shard, after: nil, through: end, upTo: 10)
                #expect(all.map(\.at) == all.map(\.at).sorted { $0 < $1 })
                let first = try await subject.store.due(of: shard, after: nil, through: end, upTo: 1)
                #expect(first == Array(all.prefix(1)))
            }
        },
        ReconcilerStoreRule("due jobs are named page by page, each once") { subject async throws in
            var jobs: [DueJob] = []
            for number in 0..<30 {
                // Three at each instant.
                let start = Timestamp.sample + .seconds(2000 + number / 3)
                jobs.append(DueJob(id: try await subject.scheduled(at: start).id, at: start))
            }
            let end = Timestamp.sample + .seconds(2009)
            var named: [DueJob] = []
            for shard in 0..<subject.store.shards {
                var last: DueJob?
                while true {
                    let page = try await subject.store.due(of: shard, after: last, through: end, upTo: 2)
                    named += page
                    guard page.count == 2 else { break }
                    last = page.last
                }
                let late = DueJob(id: JobID(at: .sample), at: end + .seconds(1))
                #expect(try await subject.store.due(of: shard, after: late, through: end, upTo: 2) == [])
            }
            #expect(named.count == 30)
            #expect(Set(named) == Set(jobs))
        },
    ]
}
