public import Configuration
import JobsysHTTP
public import JobsysServiceRuntime

/// Whose JSON Web Tokens svc-api takes.
public struct TokenSettings: Sendable, Hashable {
    /// What their claims must be, and what they mean.
    package var rules: TokenRules
    /// Where the keys are.
    package var place: TokenKeySource.Place

    /// Reads `JWT_ISSUER`, `JWT_AUDIENCE`, `JWT_JWKS_URL`, `JWT_TENANT_CLAIM` and `JWT_SCOPES_CLAIM` (`scope`); nil if none
    /// of the first four is set.
    ///
    /// - Throws: `ConfigurationError` for the first that is missing or malformed: issuer and audience go together, and
    ///   an issuer that is no https URL needs `JWT_JWKS_URL`.
    public init?(config: ConfigReader) throws(ConfigurationError) {
        let jwksURL = try config.value(for: Setting<String>.jwksURL.optional)
        let tenantClaim = try config.value(for: Setting<String>.jwtTenantClaim.optional)
        let issuer = try config.value(for: Setting<String>.jwtIssuer.optional)
        let audience = try config.value(for: Setting<String>.jwtAudience.optional)
        guard issuer != nil || audience != nil || jwksURL != nil || tenantClaim != nil else { return nil }
        guard let issuer else { throw Self.missing("JWT_ISSUER", "the issuer, as the other JWT_ variables are set") }
        guard let audience else { throw Self.missing("JWT_AUDIENCE", "the audience, as JWT_ISSUER is set") }
        rules = TokenRules(
            issuer: issuer,
            audience: audience,
            tenantClaim: tenantClaim,
            scopesClaim: try config.value(for: .jwtScopesClaim)
        )
        if let url = jwksURL.flatMap(HTTPURL.init) {
            place = .known(url)
        } else if let url = HTTPURL(issuer), url.isTrustworthy, url.query == nil, url.fragment == nil {
            place = .discovered(issuer: issuer, url)
        } else {
            throw Self.missing("JWT_JWKS_URL", "where the keys are, as JWT_ISSUER is no https URL")
        }
    }

    private static func missing(_ key: String, _ expected: String) -> ConfigurationError {
        ConfigurationError(key: key, found: nil, expected: expected)
    }

    static var settings: [any EnvironmentVariable] {
        let texts: [Setting<String>] = [.jwtIssuer, .jwtAudience, .jwksURL, .jwtTenantClaim]
        return texts.map(\.optional) + [Setting<String>.jwtScopesClaim]
    }
}

extension Setting where Value == String {
    /// `JWT_ISSUER`: whose JSON Web Tokens are taken.
    static var jwtIssuer: Self {
        .string(
            "JWT_ISSUER",
            summary: "Whose JSON Web Tokens are taken beside API keys",
            expected: "the claim iss of tokens"
        )
    }

    /// `JWT_AUDIENCE`: who tokens must be for.
    static var jwtAudience: Self {
        .string(
            "JWT_AUDIENCE",
            summary: "Who JSON Web Tokens must be for",
            expected: "a value of the claim aud of tokens"
        )
    }

    /// `JWT_JWKS_URL`: where the issuer's keys are.
    static var jwksURL: Self {
        Setting(
            "JWT_JWKS_URL",
            summary: "Where the issuer's keys are, if its discovery document is not to be asked",
            expected: "an https URL, or an http URL of this machine"
        ) { text in
            HTTPURL(text)?.isTrustworthy == true ? text : nil
        }
    }

    /// `JWT_TENANT_CLAIM`: which claim names the tenant.
    static var jwtTenantClaim: Self {
        .string(
            "JWT_TENANT_CLAIM",
            summary: "The claim that names the tenant; without it every token is an operator's",
            expected: "the name of a claim"
        )
    }

    /// `JWT_SCOPES_CLAIM`: which claim lists the scopes.
    static var jwtScopesClaim: Self {
        .string(
            "JWT_SCOPES_CLAIM",
            summary: "The claim that lists the scopes",
            expected: "the name of a claim",
            default: TokenRules.scopesClaim
        )
    }
}
