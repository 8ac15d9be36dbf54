import HTTPTypes
import Hummingbird
import JobsysServiceRuntime

/// The origins whose web pages may use the API from a browser.
///
/// A page of any other gets no answer that its browser would let it read. Cookies are never asked for: a page that has a
/// credential sends it in `Authorization`, for which it needs no `Access-Control-Allow-Credentials`.
///
/// Source: WHATWG Fetch, "CORS protocol".
package struct AllowedOrigins: Sendable, Hashable {
    private let origins: Set<String>

    /// No page of another origin may use the API.
    package static let none = AllowedOrigins(origins: [])

    private init(origins: Set<String>) {
        self.origins = origins
    }

    /// Reads `*` alone, or origins with commas between, written as browsers send them; nil if one of them is malformed.
    package init?(_ text: String) {
        let entries = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0.trimmed) }
        guard entries == ["*"] || entries.allSatisfy(Self.isOrigin) else { return nil }
        origins = Set(entries)
    }

    /// Whether every page may use the API.
    package var isEverybody: Bool { origins == ["*"] }

    /// Whether a page of this origin may use the API.
    func contains(_ origin: String?) -> Bool {
        isEverybody || origin.map(origins.contains) == true
    }

    /// Adds to an answer what lets a page of an allowed origin read it, and keeps a cache from giving it to another.
    ///
    /// - Parameters:
    ///   - origin: The request's `Origin`; nil for none.
    ///   - fields: The answer's header.
    func note(_ origin: String?, in fields: inout HTTPFields) {
        guard !origins.isEmpty else { return }
        if !isEverybody { fields[values: .vary].append("Origin") }
        guard let origin, contains(origin) else { return }
        fields[.accessControlAllowOrigin] = isEverybody ? "*" : origin
        fields[.accessControlExposeHeaders] = Self.exposed
    }

    /// The answer to a browser that asks whether a page may send a request; nil if the request is no such question, or is
    /// asked for a page that may not.
    ///
    /// - Parameters:
    ///   - request: The question.
    ///   - methods: What the path takes; nil if there is nothing at the path.
    /// - Returns: The answer, which does not ask for a credential: a browser shows none here.
    func preflight(_ request: Request, _ methods: [HTTPRequest.Method]?) -> Response? {
        guard request.method == .options, request.headers.contains(.accessControlRequestMethod), let methods,
            let origin = request.headers[.origin], contains(origin)
        else { return nil }
        let fields: HTTPFields = [
            .accessControlAllowMethods: methods.map(\.rawValue).joined(separator: ", "),
            .accessControlAllowHeaders: Self.taken,
            .accessControlMaxAge: Self.maxAge,
        ]
        return Response(status: .noContent, headers: fields)
    }

    /// What a page may send beside what every page may.
    private static let taken = """
        Authorization, Content-Type, Idempotency-Key, X-Request-Id, traceparent, tracestate, X-Amzn-Trace-Id
        """
    /// What a page may read beside what every page may.
    private static let exposed = """
        Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Jobsys-Warning, WWW-Authenticate, Allow, Accept
        """
    /// For how many seconds a browser need not ask again; Chromium takes no more.
    private static let maxAge = "7200"

    /// Whether a text is an origin as a browser writes it: in lower case, without a path and without the scheme's own
    /// port.
    ///
    /// Source: WHATWG HTML, "Serialization of an origin"; RFC 6454, section 6.2.
    private static func isOrigin(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://") else { return false }
        let defaultPorts = ["http": 80, "https": 443]
        guard let defaultPort = defaultPorts[String(text[..<separator.lowerBound])] else { return false }
        var host = text[separator.upperBound...]
        if let colon = host.lastIndex(of: ":"), host.last != "]" {
            let port = host[host.index(after: colon)...]
            guard let number = UInt16(port), String(number) == port, number != defaultPort else { return false }
            host = host[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = String(host.dropFirst().dropLast())
            return address.contains(":") && ClientAddress(address)?.description == address
        }
        let isNameCharacter = Set("abcdefghijklmnopqrstuvwxyz0123456789-._").contains
        return !host.isEmpty && host.allSatisfy(isNameCharacter)
    }
}

extension Setting where Value == AllowedOrigins {
    /// `CORS_ORIGINS`: the origins whose web pages may use the API from a browser.
    static var corsOrigins: Self {
        Setting(
            "CORS_ORIGINS",
            summary: "The origins whose web pages may use the API from a browser",
            expected: """
                origins as browsers send them with commas between, such as https://app.example.com:8443, in lower case, \
                without a path, a slash at the end, a wildcard or the scheme's own port; or * alone
                """
        ) { AllowedOrigins($0) }
    }
}
