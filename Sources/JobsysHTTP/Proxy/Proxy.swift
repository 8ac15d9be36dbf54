/// A proxy server, and how it knows us.
public struct Proxy: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// How it is spoken to.
    enum Scheme: String {
        case http
        case https
        case socks5
        case socks5h

        var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .socks5, .socks5h: 1080
            }
        }
    }

    let scheme: Scheme
    /// Host and port; an IPv6 address in brackets.
    let authority: String
    let user: String?
    let password: String?

    /// Parses `[scheme://][user[:password]@]host[:port][/]`; `nil` for anything else.
    ///
    /// The scheme is `http` (the default), `https`, `socks5` or `socks5h`. User and password may be percent-encoded.
    public init?(url: String) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        var rest = Substring(url)
        var scheme = Scheme.http
        if let end = rest.firstRange(of: "://") {
            guard let known = Scheme(rawValue: rest[..<end.lowerBound].lowercased()) else { return nil }
            scheme = known
            rest = rest[end.upperBound...]
        }
        if rest.last == "/" { rest.removeLast() }
        guard let authority = URLAuthority(rest) else { return nil }
        user = authority.user
        password = authority.password
        self.scheme = scheme
        self.authority = "\(authority.bracketedHost):\(authority.port ?? scheme.defaultPort)"
    }

    /// The proxy without user and password.
    public var url: String { "\(scheme)://\(authority)" }

    /// Whether it takes plain HTTP requests as they are, with the whole URL as their target.
    var isForwarder: Bool { scheme == .http || scheme == .https }

    /// The proxy without user and password.
    public var description: String { url }

    /// The proxy without user and password.
    public var customMirror: Mirror { Mirror(self, children: ["url": url]) }
}
