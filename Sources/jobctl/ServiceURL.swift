import ArgumentParser

/// Where `svc-api` is.
struct ServiceURL: Sendable, Hashable, ExpressibleByArgument, CustomStringConvertible {
    /// `http` or `https`.
    let scheme: String
    /// `host` or `host:port`.
    let authority: String
    /// What goes before every path; empty, or with a slash at its start and none at its end.
    let prefix: String

    /// Where `scripts/dev` starts it.
    static let fallback = "http://127.0.0.1:8080"

    /// The URL.
    var description: String { "\(scheme)://\(authority)\(prefix)" }

    /// Reads an http or https URL without user info, query and fragment; nil for anything else.
    init?(argument: String) {
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
