import HTTPTypes

/// Which requests go through which proxy.
///
/// Requests to this host (`localhost`, loopback addresses) and to AWS's metadata and credentials services never do.
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
    /// - `https_proxy`, else `HTTPS_PROXY`, else `all_proxy`, else `ALL_PROXY`
    /// - `http_proxy`, else `HTTP_PROXY`, else those for all. `HTTP_PROXY` is ignored where `REQUEST_METHOD` is set: in
    ///   a CGI program it is a client's `Proxy` field (https://httpoxy.org).
    /// - `no_proxy`, else `NO_PROXY`
    ///
    /// - Throws: ``ProxySettingsError`` for a URL that is none.
    public init(environment: [String: String]) throws(ProxySettingsError) {
        let isCGI = environment["REQUEST_METHOD"] != nil
        let all = try Self.proxy(environment, ["all_proxy", "ALL_PROXY"])
        let http = try Self.proxy(environment, isCGI ? ["http_proxy"] : ["http_proxy", "HTTP_PROXY"])
        let https = try Self.proxy(environment, ["https_proxy", "HTTPS_PROXY"])
        let exceptions = ["no_proxy", "NO_PROXY"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self.init(http: http ?? all, https: https ?? all, exceptions: exceptions ?? "")
    }

    /// The proxy for a request.
    func proxy(for request: HTTPRequest) -> Proxy? {
        let isSecure = request.scheme == "https"
        guard let proxy = isSecure ? https : http, let authority = request.authority,
            let host = HostAndPort(Substring(authority)),
            !exceptions.contains(host, port: host.port ?? (isSecure ? 443 : 80))
        else { return nil }
        return proxy
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
