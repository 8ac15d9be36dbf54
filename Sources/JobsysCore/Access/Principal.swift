/// One thing that a credential may allow.
public enum Scope: String, Sendable, Hashable, CaseIterable {
    /// Submit jobs.
    case submitJobs = "jobs:submit"
    /// See jobs and their results.
    case readJobs = "jobs:read"
    /// Cancel jobs.
    case cancelJobs = "jobs:cancel"
    /// Start jobs anew that failed or were cancelled.
    case redriveJobs = "jobs:redrive"
    /// See what jobs were given and what they returned, as far as it is shown at all.
    case readPayloads = "payload:read"
    /// See what failed for good.
    case readIncidents = "incidents:read"
    /// Open workflows, and add members to them.
    case submitWorkflows = "workflows:submit"
    /// See workflows and their members.
    case readWorkflows = "workflows:read"
    /// Cancel workflows.
    case cancelWorkflows = "workflows:cancel"
    /// Start the failed part of workflows anew.
    case retryWorkflows = "workflows:retry"
    /// See workers, job types and what the service counts, which is nobody's alone.
    case readSystem = "system:read"
    /// See schedules.
    case readSchedules = "schedules:read"
    /// Make, change, pause, run and remove schedules, and so have their jobs started.
    case writeSchedules = "schedules:write"
    /// Everything, and what changes it for others: types, keys.
    case admin
}

extension Scope {
    /// The scopes that a text means: one by its name, or all of a kind, such as `schedules:*`; nil for anything else.
    public static func named(_ text: String) -> Set<Scope>? {
        if let scope = Scope(rawValue: text) { return [scope] }
        guard text.hasSuffix(":*") else { return nil }
        let scopes = allCases.filter { $0.rawValue.hasPrefix(text.dropLast()) }
        return scopes.isEmpty ? nil : Set(scopes)
    }
}

/// Who a request comes from, and what they may do.
public struct Principal: Sendable, Hashable {
    /// What logs call them, such as `key:7Hq2mZ0cXw4TgB1s`; no secret.
    public var name: String
    /// Whose jobs they see, and whose those are that they submit; nil for an operator, who sees everybody's.
    public var tenant: String?
    /// What they may do.
    public var scopes: Set<Scope>
    /// The job types that they may have started or cancelled; nil for all.
    public var types: Set<String>?

    /// Makes a principal.
    public init(name: String, tenant: String? = nil, scopes: Set<Scope>, types: Set<String>? = nil) {
        self.name = name
        self.tenant = tenant
        self.scopes = scopes
        self.types = types
    }

    /// Whoever it is that sends a request, where no credentials are asked for.
    public static let anyone = Principal(name: "anyone", scopes: [.admin])
    /// Whoever has shown no credential, where one is asked for: may do nothing.
    public static let nobody = Principal(name: "nobody", tenant: "", scopes: [])

    /// Whether they may do something; administrators may do everything.
    public func may(_ scope: Scope) -> Bool {
        scopes.contains(scope) || scopes.contains(.admin)
    }

    /// Whether they see what jobs returned.
    public var seesResults: Bool { may(.readJobs) && may(.readPayloads) }

    /// Whether they see what belongs to a tenant.
    public func sees(_ tenant: String) -> Bool {
        self.tenant.map { $0 == tenant } ?? true
    }

    /// Whether they may have jobs of a type started or cancelled.
    public func mayUse(_ type: String) -> Bool {
        types.map { $0.contains(type) } ?? true
    }

    /// Whose the jobs are that they submit.
    public var tenantOfSubmissions: String { tenant ?? Submission.defaultTenant }
}

/// Whether a text may name a tenant: 1 to 64 of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or a digit.
public func isTenantName(_ text: String) -> Bool {
    guard (1...64).contains(text.utf8.count), let first = text.utf8.first else { return false }
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
    return isLetterOrDigit(first) && text.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
}
