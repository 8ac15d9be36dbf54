import JobsysServiceRuntime

/// How many requests are let through in a time.
public struct RateLimit: Sendable, Hashable {
    /// The unit of time that a limit is for.
    public enum Window: String, Sendable, Hashable, CaseIterable {
        /// A second.
        case second = "s"
        /// A minute.
        case minute = "m"

        /// Its length, in seconds.
        public var seconds: Int { self == .second ? 1 : 60 }
    }

    /// How many requests, and how many of them at once after a while without any.
    public var quota: Int
    /// In which time.
    public var window: Window

    /// Makes a limit.
    public init(_ quota: Int, per window: Window) {
        self.quota = quota
        self.window = window
    }

    /// What a quota may be.
    public static let quotas = 1...1_000_000

    /// Reads a limit such as `100/s`; nil for anything else.
    init?(_ text: Substring) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].allSatisfy({ ("0"..."9").contains($0) }), let quota = Int(parts[0]),
            Self.quotas.contains(quota), let window = Window(rawValue: String(parts[1]))
        else { return nil }
        self.init(quota, per: window)
    }
}

/// How many requests are let through from each tenant and with each key; what is nil is not limited.
public struct RateLimits: Sendable, Hashable {
    /// What the requests of one tenant are limited to, all its keys together.
    public var tenant: RateLimit?
    /// What the requests with one key are limited to.
    public var key: RateLimit?

    /// Makes limits.
    public init(tenant: RateLimit? = nil, key: RateLimit? = nil) {
        self.tenant = tenant
        self.key = key
    }

    /// Reads limits such as `tenant=100/s,key=50/s`; nil for anything else, a name that is there twice among it.
    public init?(_ text: String) {
        self.init()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.filter { $0 != " " }.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, let limit = RateLimit(pair[1]) else { return nil }
            switch pair[0] {
            case "tenant" where tenant == nil: tenant = limit
            case "key" where key == nil: key = limit
            default: return nil
            }
        }
    }
}

extension Setting where Value == RateLimits {
    /// `RATE_LIMITS`: how many requests are let through from each tenant and with each key.
    static var rateLimits: Self {
        Setting(
            "RATE_LIMITS",
            summary: "How many requests a tenant and a key may send, all svc-api together; not limited if not set",
            expected:
                "limits from 1 to \(RateLimit.quotas.upperBound) a second or a minute: tenant=100/s,key=3000/m, or one of them"
        ) { RateLimits($0) }
    }
}
