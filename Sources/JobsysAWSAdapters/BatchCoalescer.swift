import JobsysCore
import JobsysObservability
import Synchronization

/// Turns calls for one entry each into calls for up to ten, because AWS bills the call.
///
/// There is nothing to start, flush or stop: every entry's caller waits for its own result, and one of those who wait
/// makes the call for all of them. An entry that was submitted is sent, even if its caller is cancelled meanwhile; but
/// when a call fails because of an outage, those who have waited for as long as the call took fail with it.
final class BatchCoalescer<Entry: Sendable>: Sendable {
    /// Sends entries; answers one result for each, in their order.
    ///
    /// What it throws fails all of them.
    typealias Send = @Sendable ([Entry]) async throws -> [Result<Void, DependencyError>]

    private struct Waiter {
        let entry: Entry
        let wake: CheckedContinuation<Turn, Never>
    }

    private enum Turn {
        /// Make the call for these, of whom the first is the one who is told.
        case lead(BatchState<Waiter>.Batch)
        /// Somebody else made the call, and this is what became of the entry.
        case done(Result<Void, any Error>)
    }

    private let state: Mutex<BatchState<Waiter>>
    private let clock: any Clock<Duration>
    private let send: Send

    /// Makes a coalescer with as many batches under way at once as `concurrencyLimit` says.
    init(
        batchLimit: Int = 10,
        concurrencyLimit: Int = 8,
        clock: any Clock<Duration> = ContinuousClock(),
        send: @escaping Send
    ) {
        state = Mutex(BatchState(batchLimit: batchLimit, concurrencyLimit: concurrencyLimit))
        self.clock = clock
        self.send = send
    }

    /// Sends an entry, alone or with others, and waits until that is done.
    func submit(_ entry: Entry) async throws {
        let turn = await withCheckedContinuation { wake in
            let (batch, mustWatch) = state.withLock { state in
                (state.add(Waiter(entry: entry, wake: wake)), state.takeWatch())
            }
            hand(batch)
            if mustWatch { watch() }
        }
        switch turn {
        case .done(let result):
            try result.get()
        case .lead(let batch):
            // The others' entries must not fail because the one who leads is cancelled.
            try await uncancelled { try await self.lead(batch) }.get()
        }
    }

    private func lead(_ batch: BatchState<Waiter>.Batch) async throws -> Result<Void, any Error> {
        let (results, outage) = await results(of: batch.waiters.map(\.entry))
        let (next, failed) = state.withLock { state in
            let failed = outage == nil ? [] : state.removeWaiting(since: batch)
            return (state.finish(), failed)
        }
        hand(next)
        if let outage {
            for waiter in failed { waiter.wake.resume(returning: .done(.failure(outage))) }
        }
        for (waiter, result) in zip(batch.waiters, results).dropFirst() {
            waiter.wake.resume(returning: .done(result))
        }
        return results[0]
    }

    /// Looks after what waits, as long as anything does.
    private func watch() {
        // It belongs to nobody who waits: each of them may be the first to leave.
        Task {
            var goesOn = true
            while goesOn {
                // Nobody can cancel it.
                try? await clock.sleep(for: Self.patience)
                let look = state.withLock { $0.look() }
                hand(look.overdue)
                goesOn = look.goesOn
            }
        }
    }

    /// The time between two looks: longer than a call that goes well, shorter than anybody likes to wait.
    private static var patience: Duration { .milliseconds(100) }

    private func hand(_ batch: BatchState<Waiter>.Batch?) {
        guard let batch, let leader = batch.waiters.first else { return }
        leader.wake.resume(returning: .lead(batch))
    }

    /// What became of each entry, and the outage that the call met, if any.
    private func results(of entries: [Entry]) async -> ([Result<Void, any Error>], DependencyError?) {
        do {
            // The call is made for all of them, not for what the one who leads it works on.
            let results = try await CostTag.$current.withValue(nil) {
                try await translatingErrors { try await send(entries) }
            }
            precondition(results.count == entries.count, "a batch has one result for each of its entries")
            return (results.map { $0.mapError { $0 } }, nil)
        } catch let error as DependencyError where error.refusesRequest && entries.count > 1 {
            // One of them is refused, and is no fault of the others.
            var results: [Result<Void, any Error>] = []
            for entry in entries { results += await self.results(of: [entry]).0 }
            return (results, nil)
        } catch {
            let outage = (error as? DependencyError).flatMap { $0.isTransient ? $0 : nil }
            return (entries.map { _ in .failure(error) }, outage)
        }
    }
}
