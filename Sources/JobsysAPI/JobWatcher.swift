import Hummingbird
import JobsysCore
import ServiceLifecycle

/// Looks at a job again and again until it is final.
struct JobWatcher: Sendable {
    let store: any JobStore
    let clock: any Clock<Duration>

    /// The first pause between two looks; each is twice as long as the one before.
    static let firstPause = Duration.milliseconds(50)
    /// The longest pause between two looks.
    static let longestPause = Duration.seconds(1)

    /// The job as it is once it is final, the time is up, or the service is told to stop; nil if there is none.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - limit: How long to wait.
    ///   - isWorthIt: Whether to wait for it at all.
    /// - Returns: The job.
    /// - Throws: ``DependencyError``, or `CancellationError` when the calling task is cancelled.
    func job(_ id: JobID, waiting limit: Duration, if isWorthIt: (Job) -> Bool = { _ in true }) async throws -> Job? {
        try await job(id, waiting: limit, if: isWorthIt, on: clock)
    }

    private func job<C: Clock<Duration>>(
        _ id: JobID,
        waiting limit: Duration,
        if isWorthIt: (Job) -> Bool,
        on clock: C
    ) async throws -> Job? {
        let deadline = clock.now.advanced(by: limit)
        var pause = Self.firstPause
        var job = try await store.job(id)
        while let seen = job, !seen.status.isFinal, isWorthIt(seen) {
            let left = clock.now.duration(to: deadline)
            guard left > .zero, try await sleep(min(pause, left), on: clock) else { break }
            pause = min(pause * 2, Self.longestPause)
            job = try await store.job(id)
        }
        return job
    }

    /// Whether the time has passed; not if the service was told to stop meanwhile.
    private func sleep(_ duration: Duration, on clock: some Clock<Duration>) async throws -> Bool {
        do {
            try await cancelWhenGracefulShutdown { try await clock.sleep(for: duration) }
            return true
        } catch is CancellationError where !Task.isCancelled {
            return false
        }
    }
}

/// How long a request wants to wait for a job to become final.
struct WaitTime: Sendable, Hashable {
    let duration: Duration

    /// The longest wait, in seconds: below what load balancers and clients usually allow a request.
    static let limit = 20

    /// Reads `?wait=<seconds>`; without it, there is no wait.
    ///
    /// - Throws: ``Problem`` with 422.
    init(_ request: Request) throws {
        guard let text = request.uri.queryParameters["wait"] else {
            duration = .zero
            return
        }
        guard let seconds = Int(text), (0...Self.limit).contains(seconds) else {
            let rule = "The query parameter wait must be a whole number of seconds from 0 to \(Self.limit)."
            throw Problem(.unprocessableContent, rule)
        }
        duration = .seconds(seconds)
    }
}
