import HTTPTypes
import Hummingbird

/// How light a reader wants the pages: as the system says, or one of two.
///
/// A cookie that says nothing else keeps it.
enum ConsoleTheme: String, CaseIterable, Sendable {
    case system, light, dark

    /// What the reader of the page that is made now wants.
    @TaskLocal static var current = ConsoleTheme.system

    private static let cookieName = "jobsys_theme"

    /// Reads the cookie.
    init(_ request: Request) {
        self = request.cookies[Self.cookieName].flatMap { ConsoleTheme(rawValue: $0.value) } ?? .system
    }

    /// The one that the switch leads to.
    var next: ConsoleTheme {
        switch self {
        case .system: .dark
        case .dark: .light
        case .light: .system
        }
    }

    /// Changes the cookie, and leads back to where the reader was.
    ///
    /// Source: RFC 6265bis, section 4.1.2.
    static let route = Route(.post, "/console/theme", .open) { request, _ in
        // The name comes by the query, so that there is no body to read.
        let theme = request.uri.queryParameters["to"].flatMap { ConsoleTheme(rawValue: String($0)) } ?? .system
        // What follows the host; a page of anybody else's is none of ours.
        let path = request.headers[.referer]
            .flatMap { address in
                address.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst(3).first
            }
        var response = Response.redirect(ConsoleSystem.ownPath(path.map { "/\($0)" }))
        let rules = "Path=/console; Max-Age=31536000; HttpOnly; SameSite=Strict"
        response.headers[.setCookie] = "\(cookieName)=\(theme.rawValue); \(rules)"
        return response
    }
}
