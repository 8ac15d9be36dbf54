import HTTPTypes
import JobsysCore
import Synchronization

/// Lets requests through at the rate of ``RateLimits``: a token bucket for each tenant and one for each key.
///
/// A bucket holds the quota of its window and fills at its rate, so a whole quota may come at once after a pause. Each process
/// has its own buckets and a share of each limit: the limit divided by how many processes there are. A bucket that is full
/// is as good as none, so the buckets that are kept are those of who has sent something in the last window, and never more than
/// ``capacity``. Nothing is asked of anybody, and no call is made.
package final class RateLimiter: Sendable {
    private enum Policy: String {
        case tenant
        case key
    }

    private struct Name: Hashable {
        let policy: Policy
        let owner: String
    }

    private struct Bucket {
        var tokens: Double
        var updatedAt: Duration
    }

    private struct Rule {
        let name: Name
        let limit: RateLimit
        /// The part of the limit that this process may let through.
        let share: Double

        /// Tokens that come in a second.
        var rate: Double { share / Double(limit.window.seconds) }
        /// A bucket must hold a token for there to be any.
        var size: Double { max(1, share) }
    }

    private let limits: RateLimits
    private let elapsed: @Sendable () -> Duration
    private let processes: @Sendable () -> Int
    private let buckets = Mutex<[Name: Bucket]>([:])

    /// Makes a limiter.
    ///
    /// - Parameters:
    ///   - limits: What all processes together let through.
    ///   - elapsed: A clock that never goes back.
    ///   - processes: How many processes there are.
    package init(
        _ limits: RateLimits,
        elapsed: @escaping @Sendable () -> Duration,
        processes: @escaping @Sendable () -> Int = { 1 }
    ) {
        self.limits = limits
        self.elapsed = elapsed
        self.processes = processes
    }

    /// How many buckets are kept, at most.
    package static let capacity = 20_000

    /// Lets a request through, or does not.
    ///
    /// - Returns: The header fields that tell how much more is let through.
    /// - Throws: ``Problem`` with 429; then nothing is taken from any bucket.
    func admit(_ principal: Principal) throws(Problem) -> HTTPFields {
        let rules = rules(for: principal)
        let now = elapsed()
        let (levels, isAdmitted) = buckets.withLock { buckets in
            let levels = rules.map { Self.level(of: $0, in: buckets, at: now) }
            guard levels.allSatisfy({ $0 >= 1 }) else { return (levels, false) }
            take(1, from: rules, at: now, &buckets)
            return (levels.map { $0 - 1 }, true)
        }
        guard isAdmitted else { throw Self.refusal(rules, levels) }
        return Self.fields(rules, levels)
    }

    /// Counts what a request that was let through asks for beyond one.
    ///
    /// A bucket may come to owe tokens: what is asked for at once is not refused however much it is, and the requests that
    /// follow wait for so much longer.
    ///
    /// - Returns: The header fields that tell how much more is let through.
    func charge(_ principal: Principal, _ count: Int) -> HTTPFields {
        let rules = rules(for: principal)
        let now = elapsed()
        let levels = buckets.withLock { buckets in
            take(Double(count), from: rules, at: now, &buckets)
            return rules.map { Self.level(of: $0, in: buckets, at: now) }
        }
        return Self.fields(rules, levels)
    }

    /// How many buckets there are.
    package var bucketCount: Int { buckets.withLock(\.count) }

    /// Who is bound to no tenant counts as of the one whose jobs they submit.
    private func rules(for principal: Principal) -> [Rule] {
        let count = Double(max(1, processes()))
        func rule(_ policy: Policy, _ owner: String, _ limit: RateLimit?) -> Rule? {
            limit.map { Rule(name: Name(policy: policy, owner: owner), limit: $0, share: Double($0.quota) / count) }
        }
        return [
            rule(.tenant, principal.tenantOfSubmissions, limits.tenant), rule(.key, principal.name, limits.key),
        ]
        .compactMap(\.self)
    }

    private static func level(of rule: Rule, in buckets: [Name: Bucket], at now: Duration) -> Double {
        guard let bucket = buckets[rule.name] else { return rule.size }
        return min(rule.size, bucket.tokens + (now - bucket.updatedAt) / .seconds(1) * rule.rate)
    }

    private func take(_ count: Double, from rules: [Rule], at now: Duration, _ buckets: inout [Name: Bucket]) {
        for rule in rules {
            let level = Self.level(of: rule, in: buckets, at: now)
            if buckets.count >= Self.capacity, buckets[rule.name] == nil { makeRoom(in: &buckets, at: now) }
            buckets[rule.name] = Bucket(tokens: level - count, updatedAt: now)
        }
    }

    /// Forgets the buckets that are full, and of the others the half that was used longest ago.
    private func makeRoom(in buckets: inout [Name: Bucket], at now: Duration) {
        let longest = [limits.tenant, limits.key].compactMap { $0?.window.seconds }.max() ?? 0
        buckets = buckets.filter { $0.value.tokens < 0 || now - $0.value.updatedAt < .seconds(longest) }
        guard buckets.count > Self.capacity / 2 else { return }
        let median = buckets.values.map(\.updatedAt).sorted()[buckets.count / 2]
        buckets = buckets.filter { $0.value.updatedAt > median }
    }

    /// Source: draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4.
    private static func fields(_ rules: [Rule], _ levels: [Double]) -> HTTPFields {
        let policies = rules.map { "\"\($0.name.policy.rawValue)\";q=\($0.limit.quota);w=\($0.limit.window.seconds)" }
        let standing = zip(rules, levels)
            .map { rule, level in
                let full = Int(((rule.size - level) / rule.rate).rounded(.up))
                return "\"\(rule.name.policy.rawValue)\";r=\(Int(max(0, level)));t=\(full)"
            }
        return [
            .rateLimitPolicy: policies.joined(separator: ", "), .rateLimit: standing.joined(separator: ", "),
        ]
    }

    private static func refusal(_ rules: [Rule], _ levels: [Double]) -> Problem {
        let exceeded = zip(rules, levels).filter { $0.1 < 1 }
        let wait = exceeded.map { rule, level in (1 - level) / rule.rate }.max() ?? 0
        let names = exceeded.map(\.0.name.policy.rawValue)
        let limits = exceeded.map(\.0)
            .map { "\($0.limit.quota) requests in \($0.limit.window.seconds) s for each \($0.name.policy.rawValue)" }
        var problem = Problem.quotaExceeded(
            "More was asked for than is let through: \(limits.joined(separator: ", and ")).",
            violating: names,
            // More than an hour is nobody's to wait for at once.
            retryAfter: min(3600, max(1, Int(wait.rounded(.up))))
        )
        problem.headers.append(contentsOf: fields(rules, levels))
        return problem
    }
}

extension Problem {
    /// A limit of requests or of jobs is reached.
    ///
    /// Source: draft-ietf-httpapi-ratelimit-headers-10, section 5, for the type, its title and the names of the policies.
    static func quotaExceeded(_ detail: String, violating policies: [String], retryAfter: Int) -> Problem {
        var problem = Problem(.tooManyRequests, detail, headers: [.retryAfter: "\(retryAfter)"])
        problem.type = "https://iana.org/assignments/http-problem-types#quota-exceeded"
        problem.title = "Request cannot be satisfied as assigned quota has been exceeded"
        problem.violatedPolicies = policies
        return problem
    }
}

extension Scope {
    /// Whether the rate of requests that need it is limited.
    ///
    /// Not where the whole service is watched and mended: who puts an end to a flood must get through it.
    var isRateLimited: Bool { self != .admin && self != .readSystem }
}
