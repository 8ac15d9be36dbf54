import HTTPTypes

/// The API keys of a drill: an operator's, and one for each tenant that submits.
struct DrillKeys: Sendable {
    /// What shows the operator's key, who sees what is everybody's.
    let operatorsHeaders: HTTPFields
    private let headers: [String: HTTPFields]

    /// Makes the keys, before any service runs.
    init(on deployment: Deployment) async throws {
        operatorsHeaders = .bearer(try await deployment.makeKey("--scopes", "admin"))
        var headers = [JobOrder.operatorsTenant: operatorsHeaders]
        for tenant in JobOrder.tenants where tenant != JobOrder.operatorsTenant {
            let scopes = "jobs:submit,jobs:read,incidents:read"
            headers[tenant] = .bearer(try await deployment.makeKey("--tenant", tenant, "--scopes", scopes))
        }
        self.headers = headers
    }

    /// What shows the key of a tenant.
    func headers(of tenant: String) -> HTTPFields { headers[tenant] ?? [:] }

    /// What services have set so that they ask for keys.
    static let settings = ["AUTH": "required"]
}

extension HTTPFields {
    fileprivate static func bearer(_ key: String) -> HTTPFields { [.authorization: "Bearer \(key)"] }
}
