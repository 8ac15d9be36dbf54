import JobsysHTTP

/// Where requests of a service go: scheme, authority and a path that is kept as a prefix.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String

    /// The host without brackets, in lower case.
    public let host: String

    /// The host and, unless it is the scheme's default, the port; what goes into `Host`.
    public let authority: String

    /// The path before the operation's own, without a trailing slash; empty for none.
    public let pathPrefix: String

    /// The URL.
    public var description: String { "\(scheme)://\(authority)\(pathPrefix)" }

    /// Creates an endpoint from parts that are known to be sound.
    init(scheme: String, authority: String) {
        self.scheme = scheme
        self.authority = authority
        host = authority
        pathPrefix = ""
    }

    /// Parses `http[s]://host[:port][/path]`; nil for anything else, also for a query, a fragment or user info.
    public init?(url text: String) {
        guard let url = HTTPURL(text), url.user == nil, url.query == nil, url.fragment == nil else { return nil }
        scheme = url.scheme
        host = url.host
        authority = url.authority
        var path = url.path[...]
        while path.last == "/" { path.removeLast() }
        pathPrefix = String(path)
    }
}
