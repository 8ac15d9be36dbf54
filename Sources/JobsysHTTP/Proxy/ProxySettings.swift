import HTTPTypes

/// Which requests go through which proxy.
///
/// Requests to this machine (`localhost`, loopback addresses) never do. What must not be asked through a proxy wherever it
/// is, such as a metadata service, is asked through ``HTTPTransport/direct``.
public struct ProxySettings: Sendable, Hashable {
    private let http: Proxy?
    private let https: Proxy?
    private let exceptions: ProxyExceptions

    /// No proxies.
    public static let none = ProxySettings()

    /// Creates settings.
    ///
    /// - Parameters:
    ///   - http: For requests with the scheme `http`.
    ///   - https: For requests with the scheme `https`.
    ///   - exceptions: Hosts to reach without a proxy, in the form of `NO_PROXY`: names, which stand for all names below
    ///     them, too, addresses and networks (`10.0.0.0/8`), each but networks with a port if wanted; `*` for all.
    public init(http: Proxy? = nil, https: Proxy? = nil, exceptions: String = "") {
        self.http = http
        self.https = https
        self.exceptions = ProxyExceptions(exceptions)
    }

    /// Reads the variables that most programs read; an empty one counts as unset.
    ///
    /// - `https_proxy`, else `HTTPS_PROXY`, else `all_proxy`, else `ALL_PROXY`, which are not looked at where both schemes
    ///   have a proxy of their own
    /// - `http_proxy`, else `HTTP_PROXY`, else those for all. `HTTP_PROXY` is ignored where `REQUEST_METHOD` is set: in
    ///   a CGI program it is a client's `Proxy` field (https://httpoxy.org).
    /// - `no_proxy`, else `NO_PROXY`
    ///
    /// - Throws: ``ProxySettingsError`` for a URL that is none, if it is needed.
    public init(environment: [String: String]) throws(ProxySettingsError) {
        let isCGI = environment["REQUEST_METHOD"] != nil
        let http = try Self.proxy(environment, isCGI ? ["http_proxy"] : ["http_proxy", "HTTP_PROXY"])
        let https = try Self.proxy(environment, ["https_proxy", "HTTPS_PROXY"])
        let all = http == nil || https == nil ? try Self.proxy(environment, ["all_proxy", "ALL_PROXY"]) : nil
        let exceptions = ["no_proxy", "NO_PROXY"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self.init(http: http ?? all, https: https ?? all, exceptions: exceptions ?? "")
    }

    /// The proxy for a request.
    func proxy(for request: HTTPRequest) -> Proxy? {
        let isSecure = request.scheme == "https"
        guard let proxy = isSecure ? https : http else { return nil }
        guard let authority = request.authority.flatMap({ URLAuthority(Substring($0)) }) else { return proxy }
        return exceptions.contains(authority, port: authority.port ?? (isSecure ? 443 : 80)) ? nil : proxy
    }

    private static func proxy(_ environment: [String: String], _ keys: [String]) throws(ProxySettingsError) -> Proxy? {
        for key in keys {
            guard let url = environment[key], !url.isEmpty else { continue }
            guard let proxy = Proxy(url: url) else { throw ProxySettingsError(key: key) }
            return proxy
        }
        return nil
    }
}

/// A variable that names no proxy; its value is not repeated, because it may contain a password.
public struct ProxySettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The variable.
    public let key: String

    /// What is wrong, in one line.
    public var description: String {
        "\(key) must be a URL such as http://proxy.example:3128, with the scheme http, https, socks5 or socks5h"
    }
}
