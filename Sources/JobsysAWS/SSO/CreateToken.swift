import HTTPTypes
import JobsysHTTP
import JobsysJSON

extension SSO {
    /// Exchanges a refresh token for a new access token.
    struct CreateToken: WireOperation, Redacted {
        static let service = AWSService.ssoOIDC
        static let name = "CreateToken"
        static let isSigned = false

        let clientID: String
        let clientSecret: String
        let refreshToken: String

        struct Output: Sendable, Redacted {
            let accessToken: String
            let lifetime: Duration
            let refreshToken: String?
        }

        func content() -> WireContent {
            let body: JSONValue = [
                "clientId": .string(clientID), "clientSecret": .string(clientSecret), "grantType": "refresh_token",
                "refreshToken": .string(refreshToken),
            ]
            return WireContent(
                path: "/token",
                fields: [.contentType: "application/json"],
                body: Array(body.serializedString.utf8)
            )
        }

        static func read(_ response: TransportResponse) throws -> Output {
            let answer = try JSONValue(parsing: response.body)
            guard let token = answer["accessToken"]?.stringValue else { throw AWSAnswerError.missing("accessToken") }
            guard let seconds = answer["expiresIn"]?.intValue else { throw AWSAnswerError.missing("expiresIn") }
            return Output(
                accessToken: token,
                lifetime: .seconds(seconds),
                refreshToken: answer["refreshToken"]?.stringValue
            )
        }
    }
}
