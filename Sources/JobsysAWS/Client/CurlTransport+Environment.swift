public import JobsysHTTP

extension CurlTransport.Configuration {
    /// Reads what the environment says of connections.
    ///
    /// `AWS_CA_BUNDLE` (or the profile's `ca_bundle`), `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capital
    /// or small letters.
    ///
    /// - Throws: ``AWSConfigurationError`` for a bundle that cannot be read or has no certificate in it, for a proxy's URL
    ///   that is none, or for a malformed shared configuration file.
    public init(environment: [String: String]) throws(AWSConfigurationError) {
        let bundle = try AWSSettings(environment: environment).setting("AWS_CA_BUNDLE", property: "ca_bundle")
        if let bundle { try Self.checkBundle(bundle) }
        do {
            self.init(caBundlePath: bundle?.text, proxies: try ProxySettings(environment: environment))
        } catch {
            throw AWSConfigurationError(error)
        }
    }

    /// Without this the first request would fail, and each after it.
    private static func checkBundle(_ bundle: AWSSettings.Setting) throws(AWSConfigurationError) {
        do throws(LocalFile.Failure) {
            let lines = try LocalFile(path: bundle.text).bytes(limit: 16 * 1024 * 1024)
                .split(separator: UInt8(ascii: "\n"))
            // OpenSSL takes CERTIFICATE, X509 CERTIFICATE and TRUSTED CERTIFICATE.
            let hasCertificate = lines.contains { line in
                let text = String(decoding: line, as: UTF8.self).trimmed(where: \.isWhitespace)
                return text.hasPrefix("-----BEGIN ") && text.hasSuffix("CERTIFICATE-----")
            }
            if hasCertificate { return }
        } catch {
            throw .badBundle(bundle, "which \(error)")
        }
        throw .badBundle(bundle, "which has no certificate in it")
    }
}

extension AWSConfigurationError {
    fileprivate static func badBundle(_ bundle: AWSSettings.Setting, _ problem: String) -> AWSConfigurationError {
        AWSConfigurationError(
            key: bundle.place,
            found: "\(bundle.text), \(problem)",
            expected: "a readable PEM file of certificate authorities"
        )
    }

    fileprivate init(_ error: ProxySettingsError) {
        // The value may hold a password.
        let expected = "a URL such as http://proxy.example:3128, with the scheme http, https, socks5 or socks5h"
        self.init(key: error.key, found: "something else", expected: expected)
    }
}
