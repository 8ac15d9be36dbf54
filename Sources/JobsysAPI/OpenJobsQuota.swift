package import JobsysCore
import Logging
import Synchronization

/// Holds each tenant to the number of open jobs of ``OpenJobsLimits``.
///
/// How many there are is counted every few seconds, by one request of the tenant while the others go by what was counted last;
/// what this process lets in meanwhile is added. So nearly no submission makes a call for it. What other processes let in
/// since the last count is not known, and by so much a tenant may get over its limit; that jobs have ended shows at the next
/// count. A count that fails stops nobody: it holds for ``longestAge``, and then the tenant is not limited.
package final class OpenJobsQuota: Sendable {
    private struct Tenant {
        /// How many were open at the last count, and when that was begun; nil if nothing is known.
        var count: (jobs: Int, at: Duration)?
        /// How many were made here since the last count was begun.
        var made = 0
        /// How many submissions are under way that may make one.
        var underWay = 0
        /// When they are to be counted again.
        var nextCount = Duration.zero
        var counting: Task<Void, Never>?
    }

    private enum Answer {
        case admitted
        case refused(retryAfter: Duration)
        /// They are being counted, and it is not known before whether there is room.
        case wait(Task<Void, Never>)
    }

    private let limits: OpenJobsLimits
    private let counter: any OpenJobCounter
    private let elapsed: @Sendable () -> Duration
    private let tenants = Mutex<[String: Tenant]>([:])
    private let hasWarned = Mutex(false)

    /// Makes a quota that has counted nothing yet.
    ///
    /// - Parameters:
    ///   - limits: How many jobs may be open.
    ///   - counter: Counts those that are.
    ///   - elapsed: A clock that never goes back.
    package init(_ limits: OpenJobsLimits, counter: any OpenJobCounter, elapsed: @escaping @Sendable () -> Duration) {
        self.limits = limits
        self.counter = counter
        self.elapsed = elapsed
    }

    /// How far apart the counts of a tenant's jobs are, at least; a second more for each ``jobsPerSecond`` of them.
    package static let interval = Duration.seconds(5)
    /// Counting reads an index, and the more there is to read, the rarer it is done.
    static let jobsPerSecond = 2000
    /// How long a count holds while no other succeeds.
    package static let longestAge = Duration.seconds(60)
    /// How many tenants are remembered.
    static let capacity = 10_000

    /// Does what may make an open job of a tenant, if the tenant has room for one.
    ///
    /// - Parameters:
    ///   - tenant: Whose job it is.
    ///   - isNew: Whether a job was made that was not open before.
    ///   - body: What makes it.
    /// - Returns: What the body returns.
    /// - Throws: ``Problem`` with 429; what the body throws.
    func admitting<Result: Sendable>(
        _ tenant: String,
        isNew: @Sendable (Result) -> Bool,
        _ body: () async throws -> Result
    ) async throws -> Result {
        guard let limit = limits.limit(of: tenant) else { return try await body() }
        try await admit(tenant, limit)
        do {
            let result = try await body()
            settle(tenant, hasMadeJob: isNew(result))
            return result
        } catch {
            // There may be a job all the same: the next count has it.
            settle(tenant, hasMadeJob: false)
            throw error
        }
    }

    private func admit(_ tenant: String, _ limit: Int) async throws(Problem) {
        while true {
            switch tenants.withLock({ answer(tenant, limit, at: elapsed(), &$0) }) {
            case .admitted: return
            case .refused(let time): throw .tooManyOpenJobs(limit, of: tenant, retryAfter: time)
            case .wait(let counting): await counting.value
            }
        }
    }

    private func answer(
        _ name: String,
        _ limit: Int,
        at now: Duration,
        _ tenants: inout [String: Tenant]
    ) -> Answer {
        if tenants.count >= Self.capacity, tenants[name] == nil {
            // Those that are forgotten are counted anew.
            tenants = tenants.filter { $0.value.counting != nil || $0.value.underWay > 0 }
        }
        var tenant = tenants[name] ?? Tenant()
        defer { tenants[name] = tenant }
        if tenant.counting == nil, now >= tenant.nextCount {
            // A task of its own: it belongs to all who wait for it, and the one that begins it awaits it.
            let counting = Task(executorPreference: Workplace.executor) { [made = tenant.made] in
                await self.count(name, limit, after: made)
            }
            tenant.counting = counting
            return .wait(counting)
        }
        if let count = tenant.count, now - count.at <= Self.longestAge {
            guard count.jobs + tenant.made + tenant.underWay < limit else {
                return .refused(retryAfter: tenant.nextCount - now)
            }
        } else if let counting = tenant.counting {
            return .wait(counting)
        }
        tenant.underWay += 1
        return .admitted
    }

    private func settle(_ tenant: String, hasMadeJob: Bool) {
        tenants.withLock { tenants in
            tenants[tenant]?.underWay -= 1
            if hasMadeJob { tenants[tenant]?.made += 1 }
        }
    }

    /// Counts a tenant's open jobs; those that were made here before are among them.
    private func count(_ tenant: String, _ limit: Int, after made: Int) async {
        let begin = elapsed()
        var jobs: Int?
        do {
            jobs = try await counter.openJobs(of: tenant, upTo: limit)
        } catch {
            warn(of: error)
        }
        let end = elapsed()
        tenants.withLock { tenants in
            tenants[tenant]?.counting = nil
            tenants[tenant]?.nextCount = end + Self.interval + .seconds((jobs ?? 0) / Self.jobsPerSecond)
            guard let jobs else { return }
            tenants[tenant]?.count = (jobs, begin)
            tenants[tenant]?.made -= made
        }
    }

    private func warn(of error: any Error) {
        let isFirst = hasWarned.withLock { hasWarned in
            defer { hasWarned = true }
            return !hasWarned
        }
        Logger.current.log(
            level: isFirst ? .warning : .debug,
            "open jobs cannot be counted: OPEN_JOBS_LIMIT holds nobody back until they can",
            metadata: ["error.message": "\(error)"]
        )
    }
}

extension Problem {
    /// The tenant has as many open jobs as it may.
    fileprivate static func tooManyOpenJobs(_ limit: Int, of tenant: String, retryAfter: Duration) -> Problem {
        .quotaExceeded(
            "The tenant \(tenant) has \(limit) jobs that are not final, which is as many as it may have.",
            violating: ["open-jobs"],
            retryAfter: max(1, Int((retryAfter / .seconds(1)).rounded(.up)))
        )
    }
}
