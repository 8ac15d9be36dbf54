import FoundationEssentials
import JobsysSigV4

/// Decides when to refresh, who waits and who takes what is there; it does nothing itself.
///
/// Times: five minutes before expiry a refresh begins and callers keep what is there; one minute before, they wait for
/// it. After a failed refresh what is there is served, past its expiry too, and the next try is five to ten minutes
/// later: a service that refuses says so more clearly than we could.
struct CredentialsCacheState {
    /// What a caller has to do.
    struct Step: Equatable {
        /// What to sign with; nil to wait for the refresh.
        var credentials: AWSCredentials?

        /// Whether a refresh is to begin, which then has to be reported with `succeed` or `fail`.
        var startsRefresh = false
    }

    static let advisory: TimeInterval = 5 * 60
    static let mandatory: TimeInterval = 60

    private var cached: AWSCredentials?
    private var isRefused = false
    private var notBefore: Date?
    private(set) var isRefreshing = false

    /// What a caller has to do.
    mutating func request(at now: Date) -> Step {
        guard let cached else { return Step(startsRefresh: begin()) }
        let left = cached.expiration.map { $0.timeIntervalSince(now) } ?? .infinity
        let isPaused = notBefore.map { now < $0 } ?? false
        guard isRefused || left <= Self.advisory, !isPaused else { return Step(credentials: cached) }
        let mayServe = !isRefused && left > Self.mandatory
        return Step(credentials: mayServe ? cached : nil, startsRefresh: begin())
    }

    /// Takes new credentials.
    mutating func succeed(_ credentials: AWSCredentials, at now: Date, jitter: Double) {
        let isUnchanged = isRefused && credentials == cached
        (cached, isRefused, isRefreshing, notBefore) = (credentials, false, false, nil)
        guard let left = credentials.expiration?.timeIntervalSince(now), left <= Self.advisory else {
            if isUnchanged { notBefore = pause(from: now, jitter: jitter) }
            return
        }
        // The source has nothing fresher yet: do not ask it for every request.
        notBefore = left > 0 && !isUnchanged ? now + max(left / 2, 1) : pause(from: now, jitter: jitter)
    }

    /// Takes note of a failed refresh; returns what can be served all the same.
    mutating func fail(at now: Date, jitter: Double) -> AWSCredentials? {
        isRefreshing = false
        isRefused = false
        guard let cached else { return nil }
        notBefore = pause(from: now, jitter: jitter)
        return cached
    }

    /// AWS has refused these as expired, whatever their expiry says.
    mutating func discard(_ credentials: AWSCredentials, at now: Date) {
        guard credentials == cached, notBefore.map({ now >= $0 }) ?? true else { return }
        isRefused = true
    }

    /// Whether nobody else has begun.
    private mutating func begin() -> Bool {
        defer { isRefreshing = true }
        return !isRefreshing
    }

    private func pause(from now: Date, jitter: Double) -> Date {
        now + (5 + 5 * jitter) * 60
    }
}
