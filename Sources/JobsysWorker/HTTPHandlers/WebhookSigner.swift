import FoundationEssentials
import JobsysHashing

/// A secret that an endpoint shares with the worker: `whsec_` and 24 to 64 bytes in base64.
///
/// Source: Standard Webhooks, "Signature scheme", https://github.com/standard-webhooks/standard-webhooks.
struct WebhookSecret: Sendable, Equatable {
    private let key: [UInt8]

    /// Reads a secret; nil for anything else.
    init?(_ text: String) {
        guard text.hasPrefix("whsec_"), let key = Data(base64Encoded: String(text.dropFirst(6))),
            (24...64).contains(key.count)
        else { return nil }
        self.key = Array(key)
    }

    fileprivate var code: HMACSHA256 { HMACSHA256(key: key) }
}

extension WebhookSecret: CustomStringConvertible, CustomReflectable {
    var description: String { "[redacted]" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Signs requests by Standard Webhooks, with each of its secrets: two of them while one replaces the other.
struct WebhookSigner: Sendable {
    private let codes: [HMACSHA256]

    init(_ secrets: [WebhookSecret]) {
        codes = secrets.map(\.code)
    }

    /// Signs a request.
    ///
    /// - Parameters:
    ///   - id: What goes into `webhook-id`.
    ///   - seconds: What goes into `webhook-timestamp`.
    ///   - body: The request's body.
    /// - Returns: What goes into `webhook-signature`; nil without a secret.
    func signature(id: String, seconds: Int64, body: [UInt8]) -> String? {
        guard !codes.isEmpty else { return nil }
        let message = Array("\(id).\(seconds).".utf8) + body
        return codes.map { "v1,\(Data($0.authenticate(message)).base64EncodedString())" }.joined(separator: " ")
    }
}
