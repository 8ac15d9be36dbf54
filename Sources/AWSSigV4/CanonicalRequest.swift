internal import HTTPTypes

/// A request in the one form that both sides hash.
package struct CanonicalRequest: Sendable, Hashable {
    /// Method, path, query, header fields, names of these, and the body's hash, a line each.
    package let text: String
    /// The names of the signed header fields in lower case, sorted, with semicolons between.
    package let signedHeaders: String

    init(_ request: HTTPRequest, bodyHash: String, dialect: SigV4Signer.Dialect) {
        let target = request.path ?? "/"
        let path = target.prefix { $0 != "?" }
        let headers = Self.headers(of: request)
        let signedHeaders = headers.map(\.name).joined(separator: ";")
        var text = "\(request.method.rawValue.uppercased())\n"
        text += dialect == .s3 ? (path.isEmpty ? "/" : String(path)) : CanonicalURI.path(path)
        text += "\n\(CanonicalURI.query(target.dropFirst(path.count + 1)))\n"
        for header in headers { text += "\(header.name):\(header.value)\n" }
        text += "\n\(signedHeaders)\n\(bodyHash)"
        self.text = text
        self.signedHeaders = signedHeaders
    }

    // What transports and proxies add, change or remove. Host is signed too, but from the authority.
    private static let unsignedNames: Set<String> = [
        "authorization", "connection", "expect", "host", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    private static func headers(of request: HTTPRequest) -> [(name: String, value: String)] {
        var values: [String: String] = ["host": CanonicalURI.host(request.authority ?? "", scheme: request.scheme)]
        for field in request.headerFields where !unsignedNames.contains(field.name.canonicalName) {
            let value = trimmed(field.value)
            values[field.name.canonicalName] = values[field.name.canonicalName].map { "\($0),\(value)" } ?? value
        }
        return values.map { (name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
    }

    /// The value without white space at its ends, and with one space for each run of it within.
    private static func trimmed(_ value: String) -> String {
        let hasSpace = value.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard hasSpace else { return value }
        return value.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            .map { String(Substring($0)) }
            .joined(separator: " ")
    }
}
