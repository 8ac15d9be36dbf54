public import JobsysHTTP

extension CurlTransport.Configuration {
    /// Reads what the environment says of connections.
    ///
    /// `AWS_CA_BUNDLE` (or the profile's `ca_bundle`), `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capital
    /// or small letters.
    ///
    /// - Throws: ``AWSConfigurationError`` for a proxy's URL that is none, or a malformed shared configuration file.
    public init(environment: [String: String]) throws(AWSConfigurationError) {
        let caBundlePath = try AWSConfiguration.caBundlePath(environment: environment)
        do {
            self.init(caBundlePath: caBundlePath, proxies: try ProxySettings(environment: environment))
        } catch {
            throw AWSConfigurationError(error)
        }
    }
}

extension AWSConfigurationError {
    fileprivate init(_ error: ProxySettingsError) {
        // The value may hold a password.
        let expected = "a URL such as http://proxy.example:3128, with the scheme http, https, socks5 or socks5h"
        self.init(key: error.key, found: "something else", expected: expected)
    }
}
