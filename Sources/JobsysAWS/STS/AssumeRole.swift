public import JobsysSigV4

extension STS {
    /// Asks for the temporary credentials of a role.
    public struct AssumeRole: QueryOperation, Hashable {
        /// STS.
        public static let service = AWSService.sts
        /// The operation's name.
        public static let name = "AssumeRole"

        /// The version of STS's interface.
        public static let version = STS.version

        /// The role.
        public var roleARN: String
        /// The session's name in AWS's logs, 2 to 64 letters, digits and `=,.@-_`.
        public var sessionName: String
        /// What the role's owner wants to be told, if anything.
        public var externalID: String?
        /// How long the credentials live, 15 minutes to 12 hours in whole seconds; nil for an hour.
        public var duration: Duration?

        /// Creates the operation.
        public init(roleARN: String, sessionName: String, externalID: String? = nil, duration: Duration? = nil) {
            self.roleARN = roleARN
            self.sessionName = sessionName
            self.externalID = externalID
            self.duration = duration
        }

        /// Safe: each time gives new credentials.
        public var isSafeToRepeat: Bool { true }

        /// The input as parameters.
        public var parameters: [(name: String, value: String?)] {
            [
                ("RoleArn", roleARN), ("RoleSessionName", sessionName), ("ExternalId", externalID),
                ("DurationSeconds", duration.map { String($0.components.seconds) }),
            ]
        }

        /// Reads the result.
        public static func decode(_ result: XMLElement) throws -> AWSCredentials {
            try STS.credentials(result)
        }
    }
}
