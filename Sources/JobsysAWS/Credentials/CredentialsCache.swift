public import FoundationEssentials
public import JobsysSigV4
import Logging
import Synchronization

/// Keeps the credentials of a provider, refreshes them in time and asks for them only once at a time.
///
/// A refresh belongs to no caller: one that is cancelled or out of time leaves, and the others still get what they
/// wait for. A failure is handed to those who waited for it and then forgotten.
public final class CredentialsCache: CredentialsProvider {
    private typealias RefreshResult = Result<AWSCredentials, any Error>

    private struct State {
        var decisions = CredentialsCacheState()
        var clockOffset: TimeInterval = 0
        var waiters: [UInt64: CheckedContinuation<RefreshResult?, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let provider: any CredentialsProvider
    private let runtime: AWSRuntime
    private let state = Mutex(State())

    /// Creates an empty cache.
    public init(_ provider: any CredentialsProvider, runtime: AWSRuntime = AWSRuntime()) {
        self.provider = provider
        self.runtime = runtime
    }

    /// The cached credentials, or new ones.
    ///
    /// - Throws: The provider's error if there are none to fall back to; `CancellationError` if the calling task is
    ///   cancelled, which no other caller notices.
    public func credentials() async throws -> AWSCredentials {
        while true {
            if let ready = readyCredentials() { return ready }
            if let result = await waitForRefresh() { return try result.get() }
        }
    }

    /// The cached credentials, unless they have to be replaced first; begins to replace them where it is time to.
    public func readyCredentials() -> AWSCredentials? {
        let step = state.withLock { $0.decisions.request(at: now($0)) }
        if step.startsRefresh { startRefresh() }
        return step.credentials
    }

    /// Has the credentials replaced before they are handed out again.
    public func discard(_ credentials: AWSCredentials) {
        state.withLock { $0.decisions.discard(credentials, at: now($0)) }
        provider.discard(credentials)
    }

    /// Judges expiry by AWS's clock from now on.
    public func adjustClock(by offset: TimeInterval) {
        state.withLock { $0.clockOffset = offset }
    }

    /// The number of callers that wait for a refresh.
    package var waiterCount: Int {
        state.withLock { $0.waiters.count }
    }

    private func startRefresh() {
        // Without a parent on purpose: a child would end with the caller that happened to come first. The provider's
        // own time limits end it.
        Task { await refresh() }
    }

    private func refresh() async {
        do {
            let credentials = try await provider.credentials()
            settle { decisions, now in
                decisions.succeed(credentials, at: now, jitter: runtime.random())
                return .success(credentials)
            }
        } catch is CancellationError {
            // Nobody can cancel this task; callers must not take it for their own cancellation.
            fail(CredentialsError(.unavailable, provider: "cache", "the refresh was cancelled"))
        } catch {
            fail(error)
        }
    }

    private func fail(_ error: any Error) {
        let result = settle { decisions, now in
            let cached = decisions.fail(at: now, jitter: runtime.random())
            return cached.map { .success($0) } ?? .failure(error)
        }
        guard case .success = result else { return }
        Logger.current.info("Credentials could not be refreshed, the old ones stay in use", error: error)
    }

    /// Changes the state and tells all who wait, outside the lock.
    @discardableResult
    private func settle(_ change: (inout CredentialsCacheState, _ now: Date) -> RefreshResult) -> RefreshResult {
        let (result, waiters) = state.withLock { state in
            let now = now(state)
            let result = change(&state.decisions, now)
            let waiters = Array(state.waiters.values)
            state.waiters = [:]
            return (result, waiters)
        }
        for waiter in waiters { waiter.resume(returning: result) }
        return result
    }

    private func now(_ state: State) -> Date { runtime.now() + state.clockOffset }

    /// Waits for the refresh that is under way; nil if it has ended meanwhile.
    private func waitForRefresh() async -> RefreshResult? {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The refresh may have ended, or the task may have been cancelled, since the decision to wait.
                let isWaiting = state.withLock { state in
                    guard !Task.isCancelled, state.decisions.isRefreshing else { return false }
                    state.waiters[id] = continuation
                    return true
                }
                if !isWaiting {
                    continuation.resume(returning: Task.isCancelled ? .failure(CancellationError()) : nil)
                }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: .failure(CancellationError()))
        }
    }
}
