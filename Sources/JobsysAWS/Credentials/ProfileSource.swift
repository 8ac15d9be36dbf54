import JobsysSigV4

/// Where a profile's credentials come from, as its settings say; nothing has been asked yet.
indirect enum ProfileSource: Sendable, Equatable {
    case keys(AWSCredentials)
    case webIdentity(WebIdentity)
    case sso(SSOProfile)
    case process(String)
    case environment
    case container
    case instance
    case role(STS.AssumeRole, sessionName: String?, from: ProfileSource)
}

extension ProfileSource {
    /// Reads the profile in use; nil if it says nothing about credentials, or is not there.
    init?(_ shared: SharedConfiguration) throws(CredentialsError) {
        guard let profile = shared.profile else { return nil }
        try self.init(profile, in: shared, visited: [])
    }

    private init?(
        _ profile: Profile,
        in shared: SharedConfiguration,
        visited: [String]
    ) throws(CredentialsError) {
        if profile["role_arn"] != nil {
            self = try Self.role(profile, in: shared, visited: visited)
        } else if let sso = try SSOProfile(profile, in: shared) {
            self = .sso(sso)
        } else if let keys = try Self.keys(profile) {
            self = .keys(keys)
        } else {
            try profile.refuse("login_session", "needs a sign-in with aws login, which is not supported")
            guard let command = profile["credential_process"] else { return nil }
            self = .process(command)
        }
    }

    private static func role(
        _ profile: Profile,
        in shared: SharedConfiguration,
        visited: [String]
    ) throws(CredentialsError) -> ProfileSource {
        try profile.refuse("mfa_serial", "asks for a code of somebody's device, which a service cannot give")
        let role = profile["role_arn"] ?? ""
        let sessionName = profile["role_session_name"]
        let sources = ["source_profile", "credential_source", "web_identity_token_file"].filter { profile[$0] != nil }
        guard sources.count == 1 else {
            throw profile.misconfigured(
                sources.isEmpty
                    ? "has role_arn and neither source_profile, credential_source nor web_identity_token_file"
                    : "has \(sources.joined(separator: " and ")), of which only one may be there"
            )
        }
        if let file = profile["web_identity_token_file"] {
            return .webIdentity(WebIdentity(tokenFile: file, roleARN: role, sessionName: sessionName))
        }
        let operation = STS.AssumeRole(
            roleARN: role,
            sessionName: "",
            externalID: profile["external_id"],
            duration: try duration(profile)
        )
        let origin =
            if let name = profile["source_profile"] {
                try source(name, of: profile, in: shared, visited: visited)
            } else {
                try credentialSource(profile)
            }
        return .role(operation, sessionName: sessionName, from: origin)
    }

    /// The profile that a role is taken on from; it may be the same one only for the keys in it.
    private static func source(
        _ name: String,
        of profile: Profile,
        in shared: SharedConfiguration,
        visited: [String]
    ) throws(CredentialsError) -> ProfileSource {
        let path = visited + [profile.name]
        if name == profile.name, let keys = try keys(profile) { return .keys(keys) }
        guard !path.contains(name) else {
            throw profile.misconfigured("is its own source: \((path + [name]).joined(separator: " -> "))")
        }
        guard let source = shared.profile(named: name) else {
            throw profile.misconfigured("has source_profile = \(name), which does not exist")
        }
        guard let source = try ProfileSource(source, in: shared, visited: path) else {
            throw profile.misconfigured("has source_profile = \(name), which has no credentials")
        }
        return source
    }

    private static func credentialSource(_ profile: Profile) throws(CredentialsError) -> ProfileSource {
        switch profile["credential_source"] {
        case "Environment": .environment
        case "EcsContainer": .container
        case "Ec2InstanceMetadata": .instance
        default:
            throw profile.misconfigured(
                "has a credential_source other than Environment, EcsContainer and Ec2InstanceMetadata"
            )
        }
    }

    private static func keys(_ profile: Profile) throws(CredentialsError) -> AWSCredentials? {
        switch (profile["aws_access_key_id"], profile["aws_secret_access_key"]) {
        case (nil, nil): return nil
        case (let id?, let secret?):
            return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: profile["aws_session_token"])
        case (_?, nil): throw profile.misconfigured("has aws_access_key_id without aws_secret_access_key")
        case (nil, _?): throw profile.misconfigured("has aws_secret_access_key without aws_access_key_id")
        }
    }

    private static func duration(_ profile: Profile) throws(CredentialsError) -> Duration? {
        guard let text = profile["duration_seconds"] else { return nil }
        guard let seconds = Int(text), (900...43_200).contains(seconds) else {
            throw profile.misconfigured("has a duration_seconds other than 900 to 43200")
        }
        return .seconds(seconds)
    }
}

extension Profile {
    fileprivate func misconfigured(_ problem: String) -> CredentialsError {
        CredentialsError(.misconfigured, provider: "profile", "profile \(name) \(problem)")
    }

    fileprivate func refuse(_ setting: String, _ reason: String) throws(CredentialsError) {
        if self[setting] != nil { throw misconfigured("has \(setting), which \(reason)") }
    }
}
