import FoundationEssentials
import Glibc
package import JobsysHTTP

/// Which service a process talks to, what it shows it, and how it reaches it.
///
/// What the caller says comes first, then the profile that the caller names, then the environment (`JOBSYS_URL`,
/// `JOBSYS_TOKEN`, `JOBSYS_TOKEN_FILE`, `CURL_CA_BUNDLE`, `SSL_CERT_FILE`), then the profile that `JOBSYS_PROFILE` names, or
/// the default one. A variable that is empty or blank is not set.
///
/// The credential of a profile is shown to the profile's service alone.
package struct ClientSettings: Sendable {
    /// Where the service is.
    package let url: ServiceURL
    /// What it is shown; nil for nothing.
    package let credential: Credential?
    /// Which authorities and proxies to use.
    package let transport: CurlTransport.Configuration

    /// Puts the settings together.
    ///
    /// - Parameters:
    ///   - userAgent: Who makes the requests.
    ///   - url: Where the service is, whatever else is said.
    ///   - token: What it is shown, whatever else is said.
    ///   - caBundle: The authorities to trust, whatever else is said: where that was said, and the path of a PEM file.
    ///   - profile: The profile to use: where it was named, and its name.
    ///   - environment: The variables.
    /// - Throws: ``ClientSettingError`` that names what is wrong.
    package init(
        userAgent: String,
        url: ServiceURL? = nil,
        token: String? = nil,
        caBundle: (source: String, path: String)? = nil,
        profile: (source: String, name: String)? = nil,
        environment: [String: String]
    ) throws(ClientSettingError) {
        let fallback = environment.setting("JOBSYS_PROFILE").map { (source: "JOBSYS_PROFILE", name: $0) }
        let named = try ClientProfile(named: profile ?? fallback, environment: environment)
        // A profile that the caller names is meant; the others are there for want of anything else.
        let (chosen, last) = profile == nil ? (nil, named) : (named, nil)

        let service: ServiceURL
        if let said = url ?? chosen?.url {
            service = said
        } else if let text = environment.setting("JOBSYS_URL") {
            guard let said = ServiceURL(argument: text) else {
                throw ClientSettingError(
                    description: "JOBSYS_URL: found \"\(text)\", expected an http or https URL without a query"
                )
            }
            service = said
        } else {
            service = last?.url ?? .local
        }
        self.url = service

        func credential(of profile: ClientProfile?) -> Credential? {
            profile?.url == service ? profile?.credential : nil
        }
        if let token {
            self.credential = try Credential(token)
        } else if let shown = credential(of: chosen) {
            self.credential = shown
        } else {
            self.credential = try Credential(environment: environment) ?? credential(of: last)
        }

        var transport = CurlTransport.Configuration(userAgent: userAgent)
        let variables = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"].lazy
            .compactMap { name in environment.setting(name).map { (source: name, path: $0) } }
        if let (source, path) = caBundle ?? chosen?.caBundle ?? variables.first ?? last?.caBundle {
            guard unsafe access(path, R_OK) == 0 else {
                let reason = unsafe String(cString: strerror(errno))
                throw ClientSettingError(description: "\(source): \(path) cannot be read: \(reason)")
            }
            transport.caBundlePath = path
        }
        do {
            transport.proxies = try ProxySettings(environment: environment)
        } catch {
            throw ClientSettingError(description: "\(error)")
        }
        self.transport = transport
    }
}

/// A setting of a client that cannot be used; a credential is never shown.
package struct ClientSettingError: Error, CustomStringConvertible {
    /// The setting's name, and what is wrong.
    package let description: String
}

extension [String: String] {
    /// The value of a variable without space around it; one that is empty or blank is not set.
    package func setting(_ name: String) -> String? {
        self[name].map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension String {
    /// The text without space around it.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
