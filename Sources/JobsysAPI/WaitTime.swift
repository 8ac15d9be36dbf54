import Hummingbird

/// How long a request wants to wait for a job to become final.
struct WaitTime: Sendable, Hashable {
    let duration: Duration

    /// The longest wait, in seconds: below what load balancers and clients usually allow a request.
    static let limit = 20

    /// Reads `?wait=<seconds>`; without it, there is no wait.
    ///
    /// - Throws: ``Problem`` with 422.
    init(_ request: Request) throws {
        guard let text = request.uri.queryParameters["wait"] else {
            duration = .zero
            return
        }
        guard let seconds = Int(text), (0...Self.limit).contains(seconds) else {
            let rule = "The query parameter wait must be a whole number of seconds from 0 to \(Self.limit)."
            throw Problem(.unprocessableContent, rule)
        }
        duration = .seconds(seconds)
    }
}
