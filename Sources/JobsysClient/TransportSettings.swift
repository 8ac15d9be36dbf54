import Glibc
package import JobsysHTTP

extension CurlTransport.Configuration {
    /// Reads which authorities and proxies to use, as curl does: `CURL_CA_BUNDLE` or `SSL_CERT_FILE`, `https_proxy` and the like.
    ///
    /// A variable that is empty or blank is not set.
    ///
    /// Source: curl(1), `--cacert` and ENVIRONMENT.
    ///
    /// - Parameters:
    ///   - userAgent: Who makes the requests.
    ///   - caBundle: What wins over the variables: where it was said, and the path of a PEM file.
    ///   - environment: The variables.
    /// - Throws: ``TransportSettingError`` that names what is wrong.
    package init(
        userAgent: String,
        caBundle: (source: String, path: String)? = nil,
        environment: [String: String]
    ) throws(TransportSettingError) {
        self.init(userAgent: userAgent)
        let variables = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"].lazy
            .compactMap { name in environment.setting(name).map { (source: name, path: $0) } }
        if let (source, path) = caBundle ?? variables.first {
            guard unsafe access(path, R_OK) == 0 else {
                let reason = unsafe String(cString: strerror(errno))
                throw TransportSettingError(description: "\(source): \(path) cannot be read: \(reason)")
            }
            caBundlePath = path
        }
        do {
            proxies = try ProxySettings(environment: environment)
        } catch {
            throw TransportSettingError(description: "\(error)")
        }
    }
}

/// A setting of the transport that cannot be used.
package struct TransportSettingError: Error, CustomStringConvertible {
    /// The setting's name, and what is wrong.
    package let description: String
}

extension [String: String] {
    /// The value of a variable; one that is empty or blank is not set.
    package func setting(_ name: String) -> String? {
        self[name].flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }
}
