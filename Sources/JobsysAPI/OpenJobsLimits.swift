import JobsysCore
import JobsysServiceRuntime

/// How many jobs of a tenant may be open, which is to say not final; who is not named and has no number is not limited.
public struct OpenJobsLimits: Sendable, Hashable {
    /// What holds for each tenant that is not named.
    public var each: Int?
    /// What holds for single tenants instead.
    public var tenants: [String: Int]

    /// Makes limits.
    public init(each: Int? = nil, tenants: [String: Int] = [:]) {
        self.each = each
        self.tenants = tenants
    }

    /// What a limit may be: to count so many takes a second, and is paid for.
    public static let range = 1...100_000

    /// Reads limits such as `1000` or `1000,acme=5000`; nil for anything else, a name that is there twice among it.
    public init?(_ text: String) {
        self.init()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.filter { $0 != " " }.split(separator: "=", omittingEmptySubsequences: false)
            guard (1...2).contains(pair.count), let digits = pair.last, digits.allSatisfy({ ("0"..."9").contains($0) }),
                let limit = Int(digits), Self.range.contains(limit)
            else { return nil }
            if pair.count == 1 {
                guard each == nil else { return nil }
                each = limit
            } else {
                let name = String(pair[0])
                guard isTenantName(name), tenants.updateValue(limit, forKey: name) == nil else { return nil }
            }
        }
    }

    /// What holds for a tenant; nil if its open jobs are not limited.
    public func limit(of tenant: String) -> Int? { tenants[tenant] ?? each }
}

extension Setting where Value == OpenJobsLimits {
    /// `OPEN_JOBS_LIMIT`: how many jobs of a tenant may be open.
    static var openJobsLimit: Self {
        Setting(
            "OPEN_JOBS_LIMIT",
            summary: "How many jobs of a tenant may be open, which is to say not final; not limited if not set",
            expected:
                "a number from 1 to \(OpenJobsLimits.range.upperBound) for each tenant, others for single ones, or both: "
                + "1000,acme=5000"
        ) { OpenJobsLimits($0) }
    }
}
