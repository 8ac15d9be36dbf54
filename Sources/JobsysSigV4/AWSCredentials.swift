public import FoundationEssentials

/// What requests are signed with; only the access key id shows in its descriptions.
public struct AWSCredentials: Sendable, Equatable {
    /// The public part, which goes into every signature's scope.
    public var accessKeyID: String
    /// The secret part, which never leaves the process.
    public var secretAccessKey: String
    /// The token that comes with temporary credentials.
    public var sessionToken: String?
    /// When temporary credentials end.
    public var expiration: Date?

    /// Creates credentials.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The access key id.
    public var description: String {
        "AWSCredentials(\(accessKeyID), [redacted])"
    }

    /// The access key id.
    public var debugDescription: String {
        description
    }

    /// A mirror without the secrets, so that `dump` does not show them either.
    public var customMirror: Mirror {
        Mirror(self, children: ["accessKeyID": accessKeyID])
    }
}
