import HTTPTypes
import Hummingbird
import NIOCore

/// One thing that the API does.
struct Route: Sendable {
    /// The method that asks for it.
    let method: HTTPRequest.Method
    /// The path, with `{name}` for a segment that varies.
    let path: String
    /// What it asks of whoever uses it.
    let access: Access
    /// What the audit trail calls the change that it makes; nil if it makes none that is noted there.
    let change: String?
    /// What is answered; errors become problem documents.
    let respond: @Sendable (Request, APIRequestContext) async throws -> Response

    /// Makes a route.
    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ access: Access,
        change: String? = nil,
        respond: @escaping @Sendable (Request, APIRequestContext) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.change = change
        self.respond = respond
    }
}

/// Which methods each path takes, for requests that match none of them.
struct RouteTable: Sendable {
    private struct Entry {
        let path: String
        let segments: [Substring]
        var methods: [HTTPRequest.Method]
    }

    private var entries: [Entry] = []

    /// Makes an empty table.
    init() {}

    /// Adds a route; where there is `GET`, there is `HEAD`.
    mutating func add(_ method: HTTPRequest.Method, _ path: String) {
        let methods = method == .get ? [.get, .head] : [method]
        if let index = entries.firstIndex(where: { $0.path == path }) {
            entries[index].methods += methods
        } else {
            entries.append(Entry(path: path, segments: path.split(separator: "/"), methods: methods))
        }
    }

    /// The path of the table that a request's path matches, and what may be asked of it; nil if there is none.
    func match(_ path: String) -> (path: String, methods: [HTTPRequest.Method])? {
        let segments = path.split(separator: "/")
        return entries.first { isMatch($0.segments, segments) }.map { ($0.path, $0.methods) }
    }

    private func isMatch(_ template: [Substring], _ segments: [Substring]) -> Bool {
        template.count == segments.count
            && zip(template, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

/// The contract of the API, as machines read it (OpenAPI 3.1).
enum OpenAPIDocument {
    /// The document.
    static let bytes = PackageResources.openapi_json

    /// Answers the document.
    static let route = Route(.get, "/openapi.json", .open) { _, _ in Response(json: buffer, status: .ok) }

    /// One copy, for all who read it slowly.
    private static let buffer = ByteBuffer(bytes: bytes)
}
