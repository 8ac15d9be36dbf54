package import JobsysCore
package import JobsysTime
import Logging
import ServiceLifecycle

/// Runs the reconciler in one worker at a time.
///
/// The one that leads makes a round every few seconds; the others ask again when its lead may have ended. What fails in
/// a round is told of once, and again when it goes well. On graceful shutdown the lead is given up.
package struct ReconcilerService: Service {
    private let reconciler: Reconciler
    private let leases: any LeaderLeases
    private let owner: String
    private let lead: Lead
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let draw: @Sendable () -> Double

    /// Makes a service.
    ///
    /// - Parameters:
    ///   - reconciler: What is run.
    ///   - leases: Where it is settled who leads.
    ///   - owner: A name that no other worker has.
    ///   - lead: Is told whether this worker leads.
    ///   - clock: What pauses are measured by.
    ///   - now: The wall clock, which the lead goes by.
    ///   - draw: Random numbers in 0..<1, which spread the pauses.
    package init(
        reconciler: Reconciler,
        leases: any LeaderLeases,
        owner: String,
        lead: Lead = Lead(),
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        draw: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.reconciler = reconciler
        self.leases = leases
        self.owner = owner
        self.lead = lead
        self.clock = clock
        self.now = now
        self.draw = draw
    }

    /// Reconciles until a graceful shutdown, or until it is cancelled.
    package func run() async throws {
        let isLeading = await cancelWhenGracefulShutdown { await work() }
        lead.end()
        if isLeading { await giveUp() }
    }

    /// A lead, and what is known under it.
    private struct Term {
        var renewAt: Timestamp
        var expiresAt: Timestamp
        var state: ReconcilerState
    }

    /// Works until it is cancelled; answers whether it leads then.
    private func work() async -> Bool {
        var term: Term?
        var failures = 0
        while !Task.isCancelled {
            do {
                let pause = try await step(&term, &failures)
                try await clock.sleep(for: pause)
            } catch {
                guard !Task.isCancelled else { break }
                // Cancellation ends the loop too.
                try? await clock.sleep(for: Self.pauses.delay(afterAttempt: failures, draw: draw()))
            }
        }
        return term != nil
    }

    /// Keeps the lead or tries to take it, and makes a round under it; answers how long to pause.
    private func step(_ term: inout Term?, _ failures: inout Int) async throws -> Duration {
        let instant = now()
        if term.map({ $0.renewAt <= instant }) ?? true {
            do {
                let leadership = try await leases.take(as: owner, at: instant, until: instant + Self.length)
                noteLeadership(nil, &failures)
                if case .others(let end) = leadership {
                    term = nil
                    lead.end()
                    return max(.zero, end.duration(since: instant)) + .seconds(1) + .seconds(1) * draw()
                }
                term = renewed(term, at: instant)
                lead.begin(until: instant + Self.length)
            } catch {
                noteLeadership(error, &failures)
                // The lead lasts for a while yet.
                guard let current = term, instant < current.expiresAt else { throw error }
                term?.renewAt = instant + Self.interval
            }
        }
        guard var current = term else { return Self.interval }
        // A round that is cancelled has done something nevertheless.
        defer { term = current }
        let round = try await reconciler.round(&current.state)
        report(round)
        return round.hasMore ? .zero : Self.interval
    }

    /// The term with its new end; a new one begins where whoever led last has left off.
    private func renewed(_ term: Term?, at instant: Timestamp) -> Term {
        var state = term?.state ?? reconciler.makeState()
        // After a lapse somebody else may have led.
        if let term, instant >= term.expiresAt { state.reload() }
        return Term(renewAt: instant + Self.length / 3, expiresAt: instant + Self.length, state: state)
    }

    /// Tells that the lead cannot be taken or kept, and that it can again, of each once.
    private func noteLeadership(_ error: (any Error)?, _ failures: inout Int) {
        if let error {
            guard !Task.isCancelled else { return }
            failures += 1
            Logger.current.log(
                level: failures == 1 ? .warning : .debug,
                "lead of the reconciler neither taken nor kept",
                metadata: ["error.message": "\(error)"]
            )
        } else {
            if failures > 0 {
                let metadata: Logger.Metadata = ["reconciler.failures": "\(failures)"]
                Logger.current.notice("lead of the reconciler can be taken again", metadata: metadata)
            }
            failures = 0
        }
    }

    /// Tells what has failed in a round, and what goes well again, of each once; shards that fail together are told of by
    /// the first of them.
    private func report(_ round: ReconcilerRound) {
        var told: Set<String> = []
        for failure in round.failures {
            var metadata: Logger.Metadata = [
                "reconciler.part": "\(failure.part.name)", "reconciler.failures": "\(failure.count)",
                "error.message": "\(failure.error)",
            ]
            metadata["reconciler.shard"] = failure.part.shard.map { "\($0)" }
            metadata["job.id"] = failure.jobID.map { "\($0)" }
            Logger.current.log(
                level: failure.count == 1 && told.insert(failure.part.name).inserted ? .warning : .debug,
                failure.jobID == nil ? "part of the reconciler paused" : "job left for a later round",
                metadata: metadata
            )
        }
        told = []
        for recovery in round.recoveries {
            var metadata: Logger.Metadata = [
                "reconciler.part": "\(recovery.part.name)", "reconciler.failures": "\(recovery.failures)",
            ]
            metadata["reconciler.shard"] = recovery.part.shard.map { "\($0)" }
            Logger.current.log(
                level: told.insert(recovery.part.name).inserted ? .notice : .debug,
                "part of the reconciler goes on",
                metadata: metadata
            )
        }
    }

    /// Lets another lead at once, unless that takes long: it can anyway when the lead has ended by itself.
    private func giveUp() async {
        await withTaskGroup { group in
            group.addTask {
                do {
                    try await leases.giveUp(as: owner)
                } catch {
                    Logger.current.debug("lead not given up", metadata: ["error.message": "\(error)"])
                }
            }
            // Cut short when the lead is given up.
            group.addTask { try? await clock.sleep(for: .seconds(1)) }
            await group.next()
            group.cancelAll()
        }
    }

    /// How long a lead lasts that is not renewed.
    private static let length = Duration.seconds(30)
    /// How long a leader pauses between two rounds.
    private static let interval = Duration.seconds(5)
    private static let pauses = Backoff(base: .seconds(2), limit: .seconds(60))
}
