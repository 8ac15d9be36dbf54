import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTestKit
import JobsysTime
import Testing

/// A reconciler's surroundings in memory, with a clock that stands still.
struct ReconcilerBench: Sendable {
    let clock = ManualClock(epoch: .sample)
    let jobs = InMemoryJobStore()
    let store: InMemoryReconcilerStore
    let queue: InMemoryJobQueue
    /// The queue as a worker sees it, whose receipts are noted.
    let observed: ObservedJobQueue
    let reconciler: Reconciler
    let meter = ReconcilerMeter()

    init(
        options: ReconcilerOptions = ReconcilerOptions(),
        isOffered: @escaping @Sendable (String) async -> Bool = { _ in true }
    ) {
        let (clock, queue) = (clock, InMemoryJobQueue(clock: clock))
        let observed = ObservedJobQueue(queue, window: options.margin) { clock.timestamp }
        self.queue = queue
        self.observed = observed
        store = InMemoryReconcilerStore(jobs)
        reconciler = Reconciler(
            store: store,
            sender: queue,
            backlog: queue,
            oldestReceipt: { observed.oldestRecentReceipt },
            isOffered: isOffered,
            options: options,
            meter: meter,
            now: { clock.timestamp }
        )
    }

    /// Records a job and sends nothing, as a process does that dies in between.
    @discardableResult
    func record(_ job: Job) async throws -> Job {
        #expect(try await jobs.create(job) == .created)
        return job
    }

    /// Lets time pass, with a round every five seconds as the service makes them, or more seldom.
    func pass(
        _ duration: Duration,
        every pause: Duration = .seconds(5),
        _ state: inout ReconcilerState
    ) async throws {
        let end = clock.timestamp + duration
        while clock.timestamp < end {
            clock.advance(by: pause)
            try await finish(&state)
        }
    }

    /// Makes rounds until nothing is left to be done at once.
    func finish(_ state: inout ReconcilerState) async throws {
        while try await reconciler.round(&state).hasMore {}
    }

    /// How many messages the reconciler says it has sent, by their reason.
    var metrics: [String: Int] {
        var page = MetricsPage()
        meter.report(to: &page)
        return Dictionary(
            uniqueKeysWithValues: page.text.matches(of: /reason="(\w+)"} (\d+)/)
                .map { (String($0.output.1), Int($0.output.2) ?? -1) }
        )
    }

    /// Takes one message and brings its job to an end; answers whether there was one.
    func work() async throws -> Bool {
        let batch = try await observed.receive(upTo: 1, wait: .zero, visibility: .seconds(60))
        guard let delivery = batch.first else { return false }
        let message = try JobMessage(body: delivery.body)
        let claim = Claim(
            message,
            messageID: delivery.messageID,
            owner: delivery.receipt,
            at: clock.timestamp,
            leaseExpiresAt: clock.timestamp + .seconds(60)
        )
        if case .claimed(let job) = try await jobs.claim(claim) {
            let result = JobResult("done", expiresAt: clock.timestamp + .seconds(86400))
            let run = Run(claim, attempt: job.attempts)
            #expect(try await jobs.conclude(run, with: .succeeded(result), at: clock.timestamp) == .written)
        }
        try await observed.delete(delivery)
        return true
    }
}
