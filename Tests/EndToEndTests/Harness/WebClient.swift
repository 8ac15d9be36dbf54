import JobsysHTTP

/// The HTTP client of the tests.
enum WebClient {
    /// Shared by all tests; it lives as long as the process.
    static let transport: CurlTransport = {
        do {
            return try CurlTransport()
        } catch {
            preconditionFailure("no HTTP client: \(error)")
        }
    }()
}
