import FoundationEssentials
public import HTTPTypes

/// An absolute `http` or `https` URL, taken apart as requests need it; nothing of it is lost, normalized or made up.
///
/// ```swift
/// guard let url = HTTPURL("http://user:pa%20ss@[::1]:9500/hooks?id=1") else { throw ... }
/// let response = try await transport.send(url.request(.post), body: body, timeouts: timeouts)
/// ```
///
/// Sources: RFC 3986; RFC 9110, sections 4.2 and 7.1; for the user information RFC 7617.
public struct HTTPURL: Sendable, Hashable {
    /// `http` or `https`.
    public let scheme: String

    /// The host in lower case, an IPv6 address without its brackets.
    public var host: String { parts.host }

    /// The port, which is the scheme's own if the URL names none.
    public var port: Int { parts.port ?? defaultPort }

    /// The user, percent-decoded; nil if there is no user information.
    public var user: String? { parts.user }

    /// The password, percent-decoded; nil if there is none.
    public var password: String? { parts.password }

    /// The path as it is written; empty if there is none.
    public private(set) var path: String

    /// The query as it is written, without its question mark; nil if there is none.
    public private(set) var query: String?

    /// The fragment as it is written, which is never sent (RFC 9110, section 7.1); nil if there is none.
    public private(set) var fragment: String?

    private let parts: URLAuthority

    /// Parses an absolute URL; nil if it is none or cannot be asked.
    ///
    /// The scheme is `http` or `https` in any case. The host is a name of letters, digits, `-`, `.` and `_`, an IPv4
    /// address, or an IPv6 address in brackets. An empty port is refused, and so is a user with a colon in it, which RFC
    /// 7617 (section 2) rules out. All else has to be percent-encoded as RFC 3986 says, except for `[` and `]`, which are
    /// common in queries and taken as they are.
    public init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        var rest = text[separator.upperBound...]
        fragment = rest.cut(at: "#")
        query = rest.cut(at: "?")
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        path = String(rest[slash...])
        guard path.isEncoded, query?.isEncoded != false, fragment?.isEncoded != false,
            String(rest[..<slash]).isEncoded, let parts = URLAuthority(rest[..<slash]),
            parts.user?.contains(":") != true
        else { return nil }
        self.parts = parts
    }

    /// The host and, unless it is the scheme's own, the port: what goes into `Host`.
    public var authority: String {
        port == defaultPort ? parts.bracketedHost : "\(parts.bracketedHost):\(port)"
    }

    /// Scheme and authority, such as `http://localhost:8080`, for messages that may not show the rest.
    public var origin: String { "\(scheme)://\(authority)" }

    /// The path and the query as a request line has them; at least a slash.
    public var target: String {
        (path.isEmpty ? "/" : path) + (query.map { "?\($0)" } ?? "")
    }

    /// What `Authorization` says of the user information; nil if there is none.
    public var authorization: String? {
        user.map { "Basic \(Data("\($0):\(password ?? "")".utf8).base64EncodedString())" }
    }

    /// Whether it leads to this machine: `localhost`, or an address of the loopback interface.
    public var isLoopback: Bool { host == "localhost" || IPAddress(host)?.isLoopback == true }

    /// The URL with another path behind its own, and another query if one is given.
    ///
    /// - Parameters:
    ///   - path: Begins with a slash and is percent-encoded.
    ///   - query: Percent-encoded, without its question mark; nil to keep the URL's own.
    /// - Returns: The new URL.
    public func appending(path: String, query: String? = nil) -> HTTPURL {
        var url = self
        while url.path.last == "/" { url.path.removeLast() }
        url.path += path
        if let query { url.query = query }
        return url
    }

    /// A request to this URL; the user information becomes its `Authorization`, unless the caller has one.
    public func request(_ method: HTTPRequest.Method, headerFields: HTTPFields = [:]) -> HTTPRequest {
        var fields = headerFields
        if let authorization, fields[.authorization] == nil { fields[.authorization] = authorization }
        return HTTPRequest(method: method, scheme: scheme, authority: authority, path: target, headerFields: fields)
    }

    private var defaultPort: Int { scheme == "http" ? 80 : 443 }
}

extension HTTPURL: CustomStringConvertible, CustomReflectable {
    /// The URL without its user information, which may be a secret, and without its fragment.
    public var description: String { origin + path + (query.map { "?\($0)" } ?? "") }

    /// The URL as ``description`` has it.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

extension Substring {
    /// Removes what begins with a mark, and returns what comes after the mark; nil if there is none.
    fileprivate mutating func cut(at mark: Character) -> String? {
        guard let index = firstIndex(of: mark) else { return nil }
        defer { self = self[..<index] }
        return String(self[self.index(after: index)...])
    }
}

extension String {
    /// Whether each percent sign has its two digits, and nothing stands bare that RFC 3986 (section 2) wants encoded.
    fileprivate var isEncoded: Bool {
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte > 0x20, byte < 0x7F, !Self.neverBare.contains(byte) else { return false }
            if byte == UInt8(ascii: "%") {
                guard rest.count >= 2, rest.prefix(2).allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
                    return false
                }
            }
        }
        return true
    }

    private static let neverBare = Array("\"#<>\\^`{|}".utf8)
}
