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
    public init?(url: String) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !url.contains(where: { "?#@\\".contains($0) }),
            let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://")
        else { return nil }
        scheme = url[..<colon].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = url[url.index(colon, offsetBy: 3)...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let (host, port) = Self.split(rest[..<slash].lowercased()) else { return nil }
        self.host = host
        let bracketed = host.contains(":") ? "[\(host)]" : host
        let isDefaultPort = port == nil || port == (scheme == "http" ? 80 : 443)
        authority = isDefaultPort ? bracketed : "\(bracketed):\(port ?? 0)"
        var path = rest[slash...]
        while path.last == "/" { path.removeLast() }
        pathPrefix = String(path)
    }

    private static func split(_ authority: String) -> (host: String, port: Int?)? {
        let isIPv6 = authority.hasPrefix("[")
        let end = authority.firstIndex(of: isIPv6 ? "]" : ":") ?? authority.endIndex
        if isIPv6, end == authority.endIndex { return nil }
        let host = String(isIPv6 ? authority[..<end].dropFirst() : authority[..<end])
        let tail = isIPv6 ? authority[end...].dropFirst() : authority[end...]
        guard !host.isEmpty, isIPv6 == host.contains(":") else { return nil }
        guard !tail.isEmpty else { return (host, nil) }
        guard tail.first == ":", let port = UInt16(tail.dropFirst()), port > 0 else { return nil }
        return (host, Int(port))
    }
}
