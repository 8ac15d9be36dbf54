public import AWSSigV4
import Logging
import Synchronization

/// Keeps the credentials of a provider, refreshes them in time and asks for them only once at a time.
///
/// One of the callers refreshes, in its own task; the others wait or take what is there. If that caller is cancelled
/// another one takes over. A failure is handed to those who waited for it and then forgotten.
public final class CredentialsCache: CredentialsProvider {
    private enum News {
        case credentials(AWSCredentials)
        case failure(any Error)
        case abandoned
        case cancelled
    }

    private struct State {
        var decisions = CredentialsCacheState()
        var waiters: [UInt64: CheckedContinuation<News, Never>] = [:]
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
            switch state.withLock({ $0.decisions.request(at: runtime.now()) }) {
            case .use(let credentials): return credentials
            case .refresh: return try await refresh()
            case .wait:
                switch await waitForNews() {
                case .credentials(let credentials): return credentials
                case .failure(let error): throw error
                case .abandoned: continue
                case .cancelled: throw CancellationError()
                }
            }
        }
    }

    /// Has the credentials replaced before they are handed out again.
    public func discard(_ credentials: AWSCredentials) {
        state.withLock { $0.decisions.discard(credentials, at: runtime.now()) }
        provider.discard(credentials)
    }

    /// The number of callers that wait for another's refresh.
    package var waiterCount: Int {
        state.withLock { $0.waiters.count }
    }

    private func refresh() async throws -> AWSCredentials {
        do {
            let credentials = try await provider.credentials()
            settle(.credentials(credentials)) {
                $0.succeed(credentials, at: runtime.now(), jitter: runtime.random())
            }
            return credentials
        } catch {
            guard !Task.isCancelled, !(error is CancellationError) else {
                settle(.abandoned) { $0.abandon() }
                throw CancellationError()
            }
            return try fallBack(after: error)
        }
    }

    private func fallBack(after error: any Error) throws -> AWSCredentials {
        let fallback = settle { decisions -> (News, AWSCredentials?) in
            let cached = decisions.fail(at: runtime.now(), jitter: runtime.random())
            return (cached.map { .credentials($0) } ?? .failure(error), cached)
        }
        guard let fallback else { throw error }
        Logger.current.info("Credentials could not be refreshed, the old ones stay in use", error: error)
        return fallback
    }

    private func settle(_ news: News, _ change: (inout CredentialsCacheState) -> Void) {
        settle { decisions in
            change(&decisions)
            return (news, ())
        }
    }

    /// Changes the state and tells all who wait, outside the lock.
    private func settle<Value>(_ change: (inout CredentialsCacheState) -> (News, Value)) -> Value {
        let (news, value, waiters) = state.withLock { state in
            let (news, value) = change(&state.decisions)
            let waiters = Array(state.waiters.values)
            state.waiters = [:]
            return (news, value, waiters)
        }
        for waiter in waiters { waiter.resume(returning: news) }
        return value
    }

    private func waitForNews() async -> News {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The refresh may have ended, or the task may have been cancelled, since the decision to wait.
                let news: News? = state.withLock { state in
                    if Task.isCancelled { return .cancelled }
                    guard state.decisions.isRefreshing else { return .abandoned }
                    state.waiters[id] = continuation
                    return nil
                }
                if let news { continuation.resume(returning: news) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: .cancelled)
        }
    }
}
