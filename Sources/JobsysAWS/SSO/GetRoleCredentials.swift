import FoundationEssentials
import HTTPTypes
import JobsysHTTP
import JobsysJSON
import JobsysSigV4

/// The operations of IAM Identity Center's portal and of its token service.
///
/// Source: https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/welcome.html
enum SSO {}

extension AWSService {
    /// IAM Identity Center's portal.
    static let sso = AWSService(endpointPrefix: "portal.sso", environmentName: "SSO")

    /// IAM Identity Center's token service.
    static let ssoOIDC = AWSService(endpointPrefix: "oidc", environmentName: "SSO_OIDC")
}

extension SSO {
    /// Asks for the temporary credentials of a role that somebody may take on who has signed in.
    struct GetRoleCredentials: WireOperation, Redacted {
        static let service = AWSService.sso
        static let name = "GetRoleCredentials"
        static let isSigned = false

        let roleName: String
        let accountID: String
        let accessToken: String

        var isSafeToRepeat: Bool { true }

        func content() -> WireContent {
            let query = [("role_name", roleName), ("account_id", accountID)]
                .map { "\($0)=\(PercentEncoding.encode($1))" }
                .joined(separator: "&")
            return WireContent(
                method: .get,
                path: "/federation/credentials?\(query)",
                fields: [.ssoBearerToken: accessToken]
            )
        }

        static func read(_ response: TransportResponse) throws -> AWSCredentials {
            guard let members = try JSONValue(parsing: response.body)["roleCredentials"] else {
                throw AWSAnswerError.missing("roleCredentials")
            }
            func text(_ name: String) throws(AWSAnswerError) -> String {
                guard let text = members[name]?.stringValue, !text.isEmpty else { throw .missing(name) }
                return text
            }
            guard let milliseconds = members["expiration"]?.intValue else { throw AWSAnswerError.missing("expiration") }
            return AWSCredentials(
                accessKeyID: try text("accessKeyId"),
                secretAccessKey: try text("secretAccessKey"),
                sessionToken: try text("sessionToken"),
                expiration: Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            )
        }
    }
}

extension HTTPField.Name {
    fileprivate static var ssoBearerToken: HTTPField.Name {
        guard let name = HTTPField.Name("x-amz-sso_bearer_token") else { preconditionFailure("it is a field name") }
        return name
    }
}
