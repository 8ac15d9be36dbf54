/// How a profile signs in with IAM Identity Center.
struct SSOProfile: Sendable, Hashable {
    let startURL: String
    let region: String
    let accountID: String
    let roleName: String

    /// The name of the `sso-session`; nil in a profile of the older sort, whose token cannot be refreshed.
    let session: String?

    /// Reads a profile; nil if it does not sign in this way.
    init?(_ profile: Profile, in shared: SharedConfiguration) throws(CredentialsError) {
        let keys = ["sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"]
        guard profile["sso_account_id"] != nil || profile["sso_role_name"] != nil else { return nil }
        var values: [String: String] = [:]
        for key in keys { values[key] = profile[key] }
        if let name = profile["sso_session"] {
            guard let section = shared.session(named: name) else {
                throw Self.misconfigured(profile, "has sso_session = \(name), and there is no [sso-session \(name)]")
            }
            for (key, value) in section where keys.contains(key) {
                guard values[key] == nil || values[key] == value.text else {
                    throw Self.misconfigured(profile, "and its sso-session \(name) have different values of \(key)")
                }
                values[key] = value.text
            }
        }
        let missing = keys.dropFirst().filter { values[$0, default: ""].isEmpty }
        guard missing.isEmpty, let startURL = values["sso_start_url"], let region = values["sso_region"],
            let accountID = values["sso_account_id"], let roleName = values["sso_role_name"]
        else { throw Self.misconfigured(profile, "lacks \(missing.joined(separator: ", "))") }
        guard AWSConfiguration.isRegion(region) else {
            throw Self.misconfigured(profile, "has an sso_region that is no region")
        }
        (self.startURL, self.region, self.accountID, self.roleName) = (startURL, region, accountID, roleName)
        session = profile["sso_session"]
    }

    private static func misconfigured(_ profile: Profile, _ problem: String) -> CredentialsError {
        CredentialsError(.misconfigured, provider: "profile", "profile \(profile.name) \(problem)")
    }
}
