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
        var login: [String] = []
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            login = parts.compactMap(\.removingPercentEncoding)
            guard login.count == parts.count else { return nil }
            rest = rest[rest.index(after: at)...]
        }
        guard let host = HostAndPort(rest) else { return nil }
        user = login.first
        password = login.dropFirst().first
        self.scheme = scheme
        authority = "\(host.bracketedName):\(host.port ?? scheme.defaultPort)"
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

extension Substring {
    fileprivate var removingPercentEncoding: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            // curl takes strings that end with NUL.
            guard let digits = String(rest.prefix(2)), rest.count >= 2, let value = UInt8(digits, radix: 16), value != 0
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
