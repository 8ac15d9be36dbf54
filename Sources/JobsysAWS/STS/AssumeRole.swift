import FoundationEssentials
public import JobsysSigV4

/// The operations of AWS Security Token Service.
///
/// Source: https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
public enum STS {
    static let version = "2011-06-15"

    /// Reads the element `Credentials` of a result.
    static func credentials(_ result: QueryXMLElement) throws(AWSAnswerError) -> AWSCredentials {
        guard let element = result["Credentials"] else { throw .missing("Credentials") }
        guard let expiration = Date(credentialsTimestamp: try element.required("Expiration")) else {
            throw AWSAnswerError(code: "UnreadableAnswer", "Expiration is not a time")
        }
        return AWSCredentials(
            accessKeyID: try element.required("AccessKeyId"),
            secretAccessKey: try element.required("SecretAccessKey"),
            sessionToken: try element.required("SessionToken"),
            expiration: expiration
        )
    }
}

extension AWSService {
    /// AWS Security Token Service.
    public static let sts = AWSService(endpointPrefix: "sts", environmentName: "STS")
}

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
        public static func decode(_ result: QueryXMLElement) throws -> AWSCredentials {
            try STS.credentials(result)
        }
    }
}
