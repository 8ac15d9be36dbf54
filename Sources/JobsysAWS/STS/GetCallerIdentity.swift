extension STS {
    /// Asks whom the credentials belong to; needs no permission.
    public struct GetCallerIdentity: QueryOperation {
        /// STS.
        public static let service = AWSService.sts
        /// The operation's name.
        public static let name = "GetCallerIdentity"

        /// The version of STS's interface.
        public static let version = STS.version

        /// Somebody that AWS knows.
        public struct Identity: Sendable, Hashable {
            /// The account's number, twelve digits.
            public let account: String
            /// The user, role session or other principal.
            public let arn: String
            /// The principal's unique id.
            public let userID: String
        }

        /// Creates the operation.
        public init() {}

        /// Safe: it only reads.
        public var isSafeToRepeat: Bool { true }

        /// The input as parameters.
        public var parameters: [(name: String, value: String?)] { [] }

        /// Reads the result.
        public static func decode(_ result: QueryXMLElement) throws -> Identity {
            Identity(
                account: try result.required("Account"),
                arn: try result.required("Arn"),
                userID: try result.required("UserId")
            )
        }
    }
}
