import JobsysTestKit
import JobsysTime
import Testing

@testable import JobsysCore

@Suite("The reconciler's decisions")
struct ReconcilerDecisionTests {
    static let now = Timestamp.sample + .seconds(60)

    @Test(
        "By its status a due job is sent, waits, or is taken off",
        arguments: [
            (.scheduled, 60, .send(after: .seconds(60))), (.scheduled, -5, .send(after: .zero)),
            (.scheduled, 900, .send(after: .seconds(900))), (.scheduled, 901, .wait),
            (.pending, 0, .send(after: .zero)), (.pending, 1, .wait),
            (.running, 0, .drop), (.retrying, 0, .drop), (.succeeded, 0, .drop), (.failedFinal, 0, .drop),
            (.cancelled, 0, .drop),
        ] as [(JobStatus, Int, Promotion)]
    )
    func promotion(status: JobStatus, secondsToGo: Int, promotion: Promotion) {
        var job = Job.sample()
        job.status = status
        let at = Self.now + .seconds(secondsToGo)
        job.runAt = status == .scheduled ? at : nil
        #expect(Promotion(of: job, due: DueJob(id: job.id, at: at), at: Self.now) == promotion)
        job.orderingKey = "key"
        let ordered = status == .scheduled && secondsToGo > 0 ? .wait : promotion
        #expect(Promotion(of: job, due: DueJob(id: job.id, at: at), at: Self.now) == ordered)
    }

    @Test("A queue can hold what it has not passed yet")
    func canHold() {
        func canHold(waiting: Int, receipt: Int?) -> Bool {
            let oldest = receipt.map { Timestamp.sample + .seconds($0) }
            let snapshot = QueueSnapshot(waiting: waiting, oldestReceipt: oldest)
            return snapshot.canHoldMessage(runnableSince: .sample, margin: .seconds(15))
        }
        #expect(canHold(waiting: 0, receipt: nil) == false)
        #expect(canHold(waiting: 0, receipt: -100) == false)
        #expect(canHold(waiting: 1, receipt: nil) == true)
        #expect(canHold(waiting: 1, receipt: 15) == true)
        #expect(canHold(waiting: 1, receipt: 16) == false)
    }

    @Test("Receipts count for one window and part of the next, and the oldest message decides")
    func recentReceipts() {
        var receipts = ReceiptWindow(window: .seconds(10), at: .sample)
        func oldest(_ seconds: Int) -> Duration? {
            receipts.oldest(at: .sample + .seconds(seconds))?.duration(since: .sample)
        }
        #expect(oldest(0) == nil)
        receipts.note(sentAt: .sample + .seconds(-3), at: .sample + .seconds(1))
        receipts.note(sentAt: .sample + .seconds(-1), at: .sample + .seconds(2))
        #expect(oldest(9) == .seconds(-3))
        #expect(oldest(19) == .seconds(-3))
        #expect(oldest(20) == nil)
        receipts.note(sentAt: .sample + .seconds(4), at: .sample + .seconds(12))
        #expect(oldest(19) == .seconds(-3))
        #expect(oldest(22) == .seconds(4))
        #expect(oldest(100) == nil)
    }

    @Test("A message that comes again says nothing of those behind it")
    func observed() async throws {
        let clock = ManualClock(epoch: .sample)
        let memory = InMemoryJobQueue(clock: clock)
        let queue = ObservedJobQueue(memory, window: .seconds(10)) { clock.timestamp }
        try await memory.send(.sample(), trace: nil, after: .zero)
        #expect(queue.oldestRecentReceipt == nil)
        #expect(try await queue.receive(upTo: 1, wait: .zero, visibility: .seconds(1)).count == 1)
        #expect(queue.oldestRecentReceipt == .sample)
        clock.advance(by: .seconds(30))
        #expect(queue.oldestRecentReceipt == nil)
        #expect(try await queue.receive(upTo: 1, wait: .zero, visibility: .seconds(1)).count == 1)
        #expect(queue.oldestRecentReceipt == nil)
    }
}
