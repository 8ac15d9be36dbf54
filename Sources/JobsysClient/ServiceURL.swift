/// Where `svc-api` is.
package struct ServiceURL: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    package let scheme: String
    /// `host` or `host:port`.
    package let authority: String
    /// What goes before every path; empty, or with a slash at its start and none at its end.
    package let prefix: String

    /// Where `scripts/dev` starts it.
    package static let local = ServiceURL(scheme: "http", authority: "127.0.0.1:8080")

    /// The URL.
    package var description: String { "\(scheme)://\(authority)\(prefix)" }

    private init(scheme: String, authority: String) {
        (self.scheme, self.authority, prefix) = (scheme, authority, "")
    }

    /// Reads an http or https URL without user info, query and fragment; nil for anything else.
    package init?(argument: String) {
        guard let separator = argument.firstRange(of: "://"), argument.allSatisfy({ $0.isASCII && !$0.isWhitespace }),
            !argument.contains(where: "@?#".contains)
        else { return nil }
        scheme = argument[..<separator.lowerBound].lowercased()
        let rest = argument[separator.upperBound...]
        authority = String(rest.prefix { $0 != "/" })
        guard ["http", "https"].contains(scheme), !authority.isEmpty else { return nil }
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        prefix = String(path)
    }
}
