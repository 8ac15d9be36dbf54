import JobsysCore
import JobsysTestKit
import JobsysTime
import Testing

/// A reconciler over ports that can fail, each alone.
final class IsolationBench {
    let clock = ManualClock(epoch: .sample)
    let jobs = InMemoryJobStore()
    let ports: FailingPorts
    let reconciler: Reconciler
    let meter = ReconcilerMeter()
    private var state: ReconcilerState
    /// What went well again.
    private(set) var recoveries: [ReconcilerRound.Recovery] = []

    init(options: ReconcilerOptions = ReconcilerOptions()) {
        let clock = clock
        ports = FailingPorts(jobs)
        reconciler = Reconciler(
            store: ports,
            sender: ports,
            backlog: FailingPorts.Depth(ports: ports, isOrdered: false),
            orderedBacklog: FailingPorts.Depth(ports: ports, isOrdered: true),
            oldestReceipt: { nil },
            options: options,
            meter: meter,
            now: { clock.timestamp }
        )
        state = reconciler.makeState()
    }

    /// Records a job and sends nothing, as a process does that dies in between.
    @discardableResult
    func record(_ job: Job) async throws -> Job {
        #expect(try await jobs.create(job) == .created)
        return job
    }

    /// Lets time pass, with a round every five seconds as the service makes them; answers what failed.
    @discardableResult
    func pass(_ duration: Duration) async throws -> [ReconcilerRound.Failure] {
        let end = clock.timestamp + duration
        var failures: [ReconcilerRound.Failure] = []
        while clock.timestamp < end {
            clock.advance(by: .seconds(5))
            var hasMore = true
            while hasMore {
                let round = try await reconciler.round(&state)
                failures += round.failures
                recoveries += round.recoveries
                hasMore = round.hasMore
            }
        }
        return failures
    }

    /// So many jobs of each shard.
    static func perShard(_ count: Int, _ make: () -> Job) -> [Job] {
        var jobs: [Int: [Job]] = [:]
        while jobs.count < 4 || jobs.values.contains(where: { $0.count < count }) {
            let job = make()
            let shard = job.id.shard(of: 4)
            if jobs[shard, default: []].count < count { jobs[shard, default: []].append(job) }
        }
        return jobs.values.flatMap(\.self)
    }
}
