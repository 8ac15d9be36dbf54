import JobsysCore
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Testing

@Suite("What fails in the reconciler stops nothing else", .quietLog, .timeLimit(.minutes(2)))
struct ReconcilerIsolationTests {
    /// What fails, in a world of due and lost jobs of both queues.
    enum Fault: String, CaseIterable, CustomTestStringConvertible {
        case dueShard, timelineShard, records, settling, load, save
        case standardSends, orderedSends, standardDepth, orderedDepth
        case oneDueRecord, oneLostRecord, oneDueSend, oneLostSend, oneSettling

        var testDescription: String { rawValue }

        func call(in world: World) -> FailingPorts.Call {
            switch self {
            case .dueShard: .due(shard: 0)
            case .timelineShard: .timeline(shard: 0)
            case .records: .records
            case .settling: .settle
            case .load: .load
            case .save: .save
            case .standardSends: .send(ordered: false)
            case .orderedSends: .send(ordered: true)
            case .standardDepth: .depth(ordered: false)
            case .orderedDepth: .depth(ordered: true)
            case .oneDueRecord: .record(world.due[0].id)
            case .oneLostRecord: .record(world.lost[0].id)
            case .oneDueSend: .sendOf(world.due[0].id)
            case .oneLostSend: .sendOf(world.lost[0].id)
            case .oneSettling: .settleOf(world.due[0].id)
            }
        }

        /// Whether a due job may have to wait for the end of the fault.
        func holdsUp(due job: Job, in world: World) -> Bool {
            switch self {
            case .dueShard: job.id.shard(of: 4) == 0
            case .records, .settling: true
            case .standardSends: job.orderingKey == nil
            case .orderedSends: job.orderingKey != nil
            case .oneDueRecord, .oneDueSend, .oneSettling: job.id == world.due[0].id
            default: false
            }
        }

        /// Whether a lost job may have to wait for the end of the fault.
        func holdsUp(lost job: Job, in world: World) -> Bool {
            switch self {
            case .timelineShard: job.id.shard(of: 4) == 0
            case .records, .load: true
            case .standardSends, .standardDepth: job.orderingKey == nil
            case .orderedSends, .orderedDepth: job.orderingKey != nil
            case .oneLostRecord, .oneLostSend: job.id == world.lost[0].id
            default: false
            }
        }
    }

    /// Due and lost jobs, some of each in every shard, half of them with ordering keys.
    struct World {
        let bench: IsolationBench
        let due: [Job]
        let lost: [Job]

        init(_ bench: IsolationBench) async throws {
            self.bench = bench
            due =
                IsolationBench.perShard(3) { Job.sample(start: .after(.seconds(1000))) }
                + IsolationBench.perShard(3) { Job.sample(orderingKey: "key", start: .after(.seconds(300))) }
            lost =
                IsolationBench.perShard(3) { Job.sample() }
                + IsolationBench.perShard(3) { Job.sample(orderingKey: "key") }
            for job in due + lost { try await bench.record(job) }
        }
    }

    @Test("and is done when it goes well again", arguments: Fault.allCases)
    func isolation(fault: Fault) async throws {
        let bench = IsolationBench()
        let world = try await World(bench)
        bench.ports.fail([fault.call(in: world)])
        try await bench.pass(.seconds(600))
        let sent = Set(bench.ports.sent)
        let missing =
            world.due.filter { !fault.holdsUp(due: $0, in: world) && !sent.contains($0.id) }
            + world.lost.filter { !fault.holdsUp(lost: $0, in: world) && !sent.contains($0.id) }
        #expect(missing.isEmpty, "\(missing.count) jobs were not sent")
        #expect((bench.ports.saves > 0) == ![.load, .save].contains(fault))
        // Tried now and then, not without a pause: five calls in the first minute, one or a few in each that follows.
        #expect((1...60).contains(bench.ports.failures), "\(bench.ports.failures) calls failed")

        bench.ports.fail([])
        try await bench.pass(.seconds(70))
        #expect(Set(bench.ports.sent) == Set((world.due + world.lost).map(\.id)))
        #expect(bench.jobs.jobs.allSatisfy { $0.status == .pending })
        #expect(bench.ports.saves > 0)
    }

    @Test("and is told of once, by its part, tried again after growing pauses, and counted")
    func told() async throws {
        let bench = IsolationBench()
        bench.ports.fail([.due(shard: 2)])
        var times: [Duration] = []
        var counts: [Int] = []
        for _ in 0..<60 {
            for failure in try await bench.pass(.seconds(5)) {
                #expect(failure.part == .due(shard: 2) && failure.jobID == nil)
                #expect((failure.error as? DependencyError)?.code == "AccessDenied")
                times.append(bench.clock.timestamp.duration(since: .sample))
                counts.append(failure.count)
            }
        }
        #expect(times == [5, 10, 20, 40, 80, 140, 200, 260].map { .seconds($0) })
        #expect(counts == Array(1...8))
        #expect(bench.recoveries.isEmpty)
        bench.ports.fail([])
        try await bench.pass(.seconds(60))
        #expect(bench.recoveries.map(\.part) == [.due(shard: 2)] && bench.recoveries.map(\.failures) == [8])
        var page = MetricsPage()
        bench.meter.report(to: &page)
        let failures = page.text.split(separator: "\n").filter { $0.hasPrefix("jobsys_reconciler_failures_total{") }
        #expect(failures.count == 10)
        #expect(failures.filter { !$0.hasSuffix(" 0") } == [#"jobsys_reconciler_failures_total{part="due"} 8"#])
    }

    @Test("nor does a job that its queue refuses for itself keep others waiting, old or new")
    func refusedJob() async throws {
        let bench = IsolationBench()
        let refused = try await bench.record(.sample())
        bench.ports.fail([.sendOf(refused.id)])
        var failures = try await bench.pass(.seconds(600))
        #expect(failures.contains { $0.jobID == refused.id })
        for _ in 0..<20 {
            let job = try await bench.record(.sample(at: bench.clock.timestamp))
            failures = try await bench.pass(.seconds(65))
            #expect(bench.ports.sent.contains(job.id))
            #expect(failures.allSatisfy { $0.part == .sending(.standard) && $0.jobID == refused.id })
        }
    }

    @Test("although a page of jobs that a queue refuses comes first")
    func refusedOnesComeFirst() async throws {
        let bench = IsolationBench()
        let refused = IsolationBench.perShard(110) { Job.sample(orderingKey: "key", start: .after(.seconds(100))) }
        let good = IsolationBench.perShard(1) { Job.sample(start: .after(.seconds(1200))) }
        for job in refused + good { try await bench.record(job) }
        bench.ports.fail([.send(ordered: true)])
        try await bench.pass(.seconds(310))
        #expect(Set(bench.ports.sent) == Set(good.map(\.id)))
        // One or a few at a time, while nothing goes well.
        #expect(bench.ports.failures < 60, "\(bench.ports.failures) calls failed")
        bench.ports.fail([])
        try await bench.pass(.seconds(70))
        #expect(bench.ports.sent.count == refused.count + good.count)
    }

    @Test("although a page of records that cannot be read comes first")
    func unreadableOnesComeFirst() async throws {
        let bench = IsolationBench()
        let unreadable = IsolationBench.perShard(110) { Job.sample(start: .after(.seconds(1000))) }
        let good = IsolationBench.perShard(1) { Job.sample(start: .after(.seconds(1100))) }
        let lost = try await bench.record(.sample(at: .sample + .seconds(1)))
        for job in unreadable + good { try await bench.record(job) }
        bench.ports.spoil(unreadable.map(\.id))
        try await bench.pass(.seconds(210))
        #expect(Set(bench.ports.sent) == Set(good.map(\.id) + [lost.id]))
    }
    @Test("although what cannot be read fills the list of watched jobs; it stays on it while there is room")
    func unreadableOnesFillTheList() async throws {
        let bench = IsolationBench(options: ReconcilerOptions(watchLimit: 20))
        let mended = try await bench.record(.sample())
        bench.ports.spoil([mended.id])
        try await bench.pass(.seconds(3600))
        #expect(bench.ports.sent.isEmpty)
        bench.ports.spoil([])
        try await bench.pass(.seconds(3600))
        #expect(Set(bench.ports.sent) == [mended.id])

        var unreadable: [Job] = []
        for _ in 0..<40 { unreadable.append(try await bench.record(.sample(at: bench.clock.timestamp))) }
        bench.ports.spoil(unreadable.map(\.id))
        try await bench.pass(.seconds(300))
        let good = try await bench.record(.sample(at: bench.clock.timestamp))
        try await bench.pass(.seconds(70))
        #expect(bench.ports.sent.contains(good.id))
    }
}
