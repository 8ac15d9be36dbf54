public import JobsysSigV4

extension STS {
    /// Asks for the temporary credentials of a role in exchange for a token of an identity provider; not signed.
    public struct AssumeRoleWithWebIdentity: QueryOperation, Redacted {
        /// STS.
        public static let service = AWSService.sts
        /// The operation's name.
        public static let name = "AssumeRoleWithWebIdentity"
        /// Not signed: the token says who asks.
        public static let isSigned = false

        /// The version of STS's interface.
        public static let version = STS.version

        /// The role.
        public var roleARN: String
        /// The session's name in AWS's logs, 2 to 64 letters, digits and `=,.@-_`.
        public var sessionName: String
        /// The token; a secret.
        public var token: String
        /// How long the credentials live, 15 minutes to 12 hours in whole seconds; nil for an hour.
        public var duration: Duration?

        /// Creates the operation.
        public init(roleARN: String, sessionName: String, token: String, duration: Duration? = nil) {
            self.roleARN = roleARN
            self.sessionName = sessionName
            self.token = token
            self.duration = duration
        }

        /// Safe: each time gives new credentials.
        public var isSafeToRepeat: Bool { true }

        /// The input as parameters.
        public var parameters: [(name: String, value: String?)] {
            [
                ("RoleArn", roleARN), ("RoleSessionName", sessionName), ("WebIdentityToken", token),
                ("DurationSeconds", duration.map { String($0.components.seconds) }),
            ]
        }

        /// Reads the result.
        public static func decode(_ result: QueryXMLElement) throws -> AWSCredentials {
            try STS.credentials(result)
        }
    }
}
