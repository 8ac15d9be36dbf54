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
