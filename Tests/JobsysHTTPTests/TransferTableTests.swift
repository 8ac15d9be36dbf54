import Testing

@testable import JobsysHTTP

@Suite struct TransferTableTests {
    private typealias Table = TransferTable<String, Int>
    private let first = TransferID(rawValue: 1)
    private let second = TransferID(rawValue: 2)

    @Test("What is submitted is handed to the owner once, in order")
    func order() {
        var table = Table()
        #expect(text(table.submit(first, "a")) == "queued")
        #expect(text(table.submit(second, "b")) == "queued")
        #expect(text(table.next()) == "work a b -")
        #expect(text(table.next()) == "sleep")
    }

    @Test("Only the first submission after the owner fell asleep wakes it")
    func oneWake() {
        var table = Table()
        #expect(text(table.next()) == "sleep")
        #expect(text(table.submit(first, "a")) == "queued, wake")
        #expect(text(table.submit(second, "b")) == "queued")
    }

    @Test("An owner that is awake is not woken, and sleeps only when nothing is left")
    func noNeedlessWake() {
        var table = Table()
        _ = table.next()
        _ = table.submit(first, "a")
        #expect(text(table.next()) == "work a -")
        #expect(text(table.submit(second, "b")) == "queued")
        #expect(text(table.next()) == "work b -")
        #expect(text(table.next()) == "sleep")
    }

    @Test("Cancelling a queued transfer hands it back, and the owner never sees it")
    func cancelQueued() {
        var table = Table()
        _ = table.submit(first, "a")
        _ = table.submit(second, "b")
        #expect(text(table.cancel(first)) == "end a")
        #expect(text(table.next()) == "work b -")
        #expect(text(table.next()) == "sleep")
    }

    @Test("Cancelling a running transfer wakes the owner and tells it to abort")
    func cancelRunning() {
        var table = Table()
        _ = table.submit(first, "a")
        _ = table.next()
        _ = table.next()
        #expect(text(table.cancel(first)) == "abort, wake")
        #expect(text(table.next()) == "work - 1")
        #expect(text(table.next()) == "sleep")
    }

    @Test("A transfer that is cancelled before it is submitted is handed to the owner with the word to abort it")
    func cancelBeforeSubmission() {
        var table = Table()
        #expect(text(table.cancel(first)) == "abort")
        _ = table.submit(first, "a")
        #expect(text(table.next()) == "work a 1")
        #expect(text(table.next()) == "sleep")
    }

    @Test("Cancelling after the stop neither wakes the owner nor leaves it anything to do")
    func cancelAfterStop() {
        var table = Table()
        _ = table.submit(first, "a")
        _ = table.next()
        _ = table.stop()
        #expect(text(table.cancel(first)) == "abort")
        #expect(text(table.next()) == "stop -")
    }

    @Test("Stopping wakes the owner, hands it what never started and refuses what comes later")
    func stop() {
        var table = Table()
        _ = table.submit(first, "a")
        _ = table.next()
        _ = table.next()
        #expect(text(table.stop()) == "wait, wake")
        #expect(text(table.submit(second, "b")) == "refuse b")
        #expect(text(table.next()) == "stop -")
    }

    @Test("Stopping before the owner took a transfer hands that transfer over with the stop")
    func stopWithQueued() {
        var table = Table()
        _ = table.submit(first, "a")
        #expect(text(table.stop()) == "wait")
        #expect(text(table.next()) == "stop a")
    }

    @Test("A cancellation between stop and the owner's next step still ends a queued transfer exactly once")
    func cancelWhileStopping() {
        var table = Table()
        _ = table.submit(first, "a")
        _ = table.stop()
        #expect(text(table.cancel(first)) == "end a")
        #expect(text(table.next()) == "stop -")
    }

    @Test("Stopping again waits until the owner is done, and not any more afterwards")
    func stopAgain() {
        var table = Table()
        _ = table.next()
        #expect(text(table.stop()) == "wait, wake")
        #expect(text(table.stop()) == "wait")
        #expect(table.stopped().isEmpty)
        #expect(text(table.stop()) == "alreadyStopped")
        #expect(text(table.submit(first, "a")) == "refuse a")
    }

    @Test("Jobs are handed to the owner once, in order, with what else there is")
    func jobs() {
        var table = Table()
        #expect(text(table.enqueue(1)) == "queued")
        _ = table.submit(first, "a")
        #expect(text(table.enqueue(2)) == "queued")
        #expect(text(table.next()) == "work a - jobs 1 2")
        #expect(text(table.next()) == "sleep")
    }

    @Test("A job wakes an owner that sleeps, once")
    func jobWakes() {
        var table = Table()
        _ = table.next()
        #expect(text(table.enqueue(1)) == "queued, wake")
        #expect(text(table.enqueue(2)) == "queued")
        #expect(text(table.next()) == "work - - jobs 1 2")
    }

    @Test("An owner that was woken by something else is not woken again")
    func ownerWoke() {
        var table = Table()
        #expect(text(table.next()) == "sleep")
        table.ownerWoke()
        #expect(text(table.enqueue(1)) == "queued")
        #expect(text(table.next()) == "work - - jobs 1")
    }

    @Test("Jobs that come between the stop and the owner's end are handed back with that, later ones at once")
    func jobsAfterStop() {
        var table = Table()
        _ = table.enqueue(1)
        _ = table.stop()
        #expect(text(table.enqueue(2)) == "queued")
        #expect(text(table.next()) == "stop -")
        #expect(text(table.enqueue(3)) == "queued")
        #expect(table.stopped() == [1, 2, 3])
        #expect(table.stopped().isEmpty)
        #expect(text(table.enqueue(4)) == "refuse 4")
    }

    private func text(_ action: Table.EnqueueAction) -> String {
        switch action {
        case .queued(let wake): "queued" + (wake ? ", wake" : "")
        case .refuse(let job): "refuse \(job)"
        }
    }

    private func text(_ action: Table.SubmitAction) -> String {
        switch action {
        case .queued(let wake): "queued" + (wake ? ", wake" : "")
        case .refuse(let payload): "refuse \(payload)"
        }
    }

    private func text(_ action: Table.CancelAction) -> String {
        switch action {
        case .end(let payload): "end \(payload)"
        case .abort(let wake): "abort" + (wake ? ", wake" : "")
        }
    }

    private func text(_ action: Table.OwnerAction) -> String {
        switch action {
        case .work(let jobs, let start, let abort):
            "work \(list(start.map(\.payload))) \(list(abort.map { "\($0.rawValue)" }))"
                + (jobs.isEmpty ? "" : " jobs \(list(jobs.map(\.description)))")
        case .sleep: "sleep"
        case .stop(let entries): "stop \(list(entries.map(\.payload)))"
        }
    }

    private func text(_ action: Table.StopAction) -> String {
        switch action {
        case .wait(let wake): "wait" + (wake ? ", wake" : "")
        case .alreadyStopped: "alreadyStopped"
        }
    }

    private func list(_ items: [String]) -> String {
        items.isEmpty ? "-" : items.joined(separator: " ")
    }
}
