import HTTPTypes
import JobsysCore
import Synchronization

/// Bounds how many credentials that are no good come from one address: ``burst`` at once, and ``perMinute`` from then on.
///
/// Only those count. Addresses of IPv6 count by their first 64 bits, which is what one network has. Each process counts by
/// itself, in a bounded memory: an address that has sent nothing bad for a minute is forgotten.
package final class SignInLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var updatedAt: Duration
    }

    private let elapsed: @Sendable () -> Duration
    private let buckets = Mutex<[ClientAddress: Bucket]>([:])

    /// Makes a limiter that knows of no address yet.
    ///
    /// - Parameter elapsed: A clock that never goes back.
    package init(elapsed: @escaping @Sendable () -> Duration) {
        self.elapsed = elapsed
    }

    /// How many credentials may be no good at once.
    package static let burst = 20.0
    /// How many may be in a minute, from then on.
    package static let perMinute = 20.0
    /// How many addresses are remembered; the half that was used longest ago goes first.
    package static let capacity = 10_000

    /// How many addresses are remembered now.
    package var count: Int { buckets.withLock(\.count) }

    /// In how long another credential of this address is looked at; nil if one is at once.
    func wait(_ address: ClientAddress) -> Duration? {
        let now = elapsed()
        guard let bucket = buckets.withLock({ $0[address.network] }) else { return nil }
        let level = Self.level(of: bucket, at: now)
        return level >= 1 ? nil : .seconds((1 - level) / Self.perMinute * 60)
    }

    /// Notes that a credential from this address was no good.
    func noteRefusal(_ address: ClientAddress) {
        let now = elapsed()
        buckets.withLock { buckets in
            let level = buckets[address.network].map { Self.level(of: $0, at: now) } ?? Self.burst
            if buckets.count >= Self.capacity, buckets[address.network] == nil { Self.makeRoom(in: &buckets, at: now) }
            // Requests that were under way together owe nothing.
            buckets[address.network] = Bucket(tokens: max(0, level - 1), updatedAt: now)
        }
    }

    private static func level(of bucket: Bucket, at now: Duration) -> Double {
        min(burst, bucket.tokens + (now - bucket.updatedAt) / .seconds(60) * perMinute)
    }

    /// Forgets the buckets that are full, and of the others the half that was used longest ago.
    private static func makeRoom(in buckets: inout [ClientAddress: Bucket], at now: Duration) {
        buckets = buckets.filter { level(of: $0.value, at: now) < burst }
        guard buckets.count > capacity / 2 else { return }
        let median = buckets.values.map(\.updatedAt).sorted()[buckets.count / 2]
        buckets = buckets.filter { $0.value.updatedAt > median }
    }
}

extension Authentication {
    /// Who sends a request, unless too many credentials that are no good have come from its address.
    ///
    /// Who shows a credential that this process knows to be good goes on all the same: others behind the same address
    /// do not lock them out.
    ///
    /// - Throws: As ``principal(_:)``, and ``Problem`` with 429 for an address that has to wait.
    func principal(
        _ headers: HTTPFields,
        from address: ClientAddress?,
        _ limiter: SignInLimiter
    ) async throws -> Principal {
        guard !isOff, let address else { return try await principal(headers) }
        if let wait = limiter.wait(address), !(try isKnown(headers)) {
            RequestNotes.current?.add(["refusal": "too many from this address"])
            throw Problem.tooManyRefusals(retryAfter: max(1, Int((wait / .seconds(1)).rounded(.up))))
        }
        do {
            return try await principal(headers)
        } catch let problem as Problem where problem.type == Problem.badCredential.type {
            limiter.noteRefusal(address)
            throw problem
        }
    }
}

extension Problem {
    /// Too many credentials from the request's address were no good; this one was not looked at.
    fileprivate static func tooManyRefusals(retryAfter: Int) -> Problem {
        var problem = Problem(
            .tooManyRequests,
            "Too many credentials that are not valid came from this address.",
            headers: [.retryAfter: "\(retryAfter)"]
        )
        problem.type = "urn:jobsys:problem:too-many-invalid-credentials"
        problem.title = "Too many invalid credentials"
        return problem
    }
}
