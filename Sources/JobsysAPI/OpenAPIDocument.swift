import Hummingbird

/// The contract of the API, as machines read it (OpenAPI 3.1).
enum OpenAPIDocument {
    /// The document.
    static let bytes = PackageResources.openapi_json

    /// Answers the document.
    static let route = Route(.get, "/openapi.json") { _, _ in Response(json: bytes, status: .ok) }
}
