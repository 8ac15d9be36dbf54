import FoundationEssentials
import JobsysHashing
import JobsysJSON

/// The access token that `aws sso login` leaves in a file, which the AWS CLI and all SDKs share.
struct SSOToken: Redacted {
    /// The file, by the name of the session or, in older profiles, the start URL.
    static func file(of profile: SSOProfile, home: String) -> LocalFile {
        LocalFile(path: "\(home)/.aws/sso/cache/\(SHA1.hexHash(profile.session ?? profile.startURL)).json")
    }

    private var members: JSONObject

    let accessToken: String
    let expiration: Date

    /// Reads the file's content; nil if it is no token.
    init?(_ bytes: [UInt8]) {
        // The caller says what to do about it; the parser's error could quote the token.
        guard let members = (try? JSONValue(parsing: bytes))?.objectValue,
            let token = members["accessToken"]?.stringValue, !token.isEmpty,
            let expiration = members["expiresAt"]?.stringValue.flatMap(Date.init(ssoTimestamp:))
        else { return nil }
        (self.members, accessToken, self.expiration) = (members, token, expiration)
    }

    /// What a refresh needs, if the file has it and the registration behind it has not ended.
    func refresh(at now: Date) -> SSO.CreateToken? {
        guard let refreshToken = members["refreshToken"]?.stringValue,
            let clientID = members["clientId"]?.stringValue,
            let clientSecret = members["clientSecret"]?.stringValue,
            let end = members["registrationExpiresAt"]?.stringValue.flatMap(Date.init(ssoTimestamp:)), end > now
        else { return nil }
        return SSO.CreateToken(clientID: clientID, clientSecret: clientSecret, refreshToken: refreshToken)
    }

    /// The file's content after a refresh; members that are not ours stay.
    func refreshed(_ output: SSO.CreateToken.Output, at now: Date) -> [UInt8] {
        var members = members
        members["accessToken"] = .string(output.accessToken)
        members["expiresAt"] = .string((now + output.lifetime / .seconds(1)).credentialsTimestamp)
        if let refreshToken = output.refreshToken { members["refreshToken"] = .string(refreshToken) }
        return Array(JSONValue.object(members).serializedString.utf8)
    }
}

extension Date {
    /// Old files say `UTC` for `Z`.
    fileprivate init?(ssoTimestamp text: String) {
        self.init(credentialsTimestamp: text.hasSuffix("UTC") ? text.dropLast(3) + "Z" : text)
    }
}
