import HTTPTypes
import JobsysHTTP

/// An HTTP endpoint that runs jobs, as the handlers file has it under `http`.
struct HTTPTarget: Sendable, Hashable {
    /// Where the jobs are posted.
    var url: HTTPURL
    /// Where the secrets are that sign the requests; two at once while one replaces the other.
    var secrets: [SecretSource] = []
    /// Fields that every request has.
    var headers: [HTTPField] = []
    /// For whom requests are signed with the worker's own AWS credentials; nil for nobody.
    var sigv4: Scope?
    /// How long an asynchronous run may go without a sign of life.
    var heartbeat: Duration = Self.standardHeartbeat

    /// Long enough for a sign of life every twenty seconds, one of them lost.
    static let standardHeartbeat: Duration = .seconds(60)

    /// The service and region of a signature.
    struct Scope: Sendable, Hashable {
        /// The service's signing name: `lambda` for a function URL, `execute-api` for API Gateway.
        var service: String
        /// The region; nil for the worker's own.
        var region: String?
    }
}

/// Where a secret is kept.
enum SecretSource: Sendable, Hashable {
    /// `env:NAME`: in a variable of the worker's environment.
    case variable(String)
    /// `ssm:/path`: in the Parameter Store.
    case parameter(String)

    /// Reads a reference; nil for anything else.
    init?(_ text: String) {
        let name = String(text.dropFirst(4))
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        switch text.prefix(4) {
        case "env:": self = .variable(name)
        case "ssm:": self = .parameter(name)
        default: return nil
        }
    }
}

extension SecretSource: CustomStringConvertible {
    var description: String {
        switch self {
        case .variable(let name): "env:\(name)"
        case .parameter(let name): "ssm:\(name)"
        }
    }
}

extension HTTPField {
    /// Whether a field of this name is the worker's to set in a request for a job, or the transport's.
    static func isReserved(_ name: HTTPField.Name) -> Bool {
        let text = name.canonicalName
        let own = ["x-aws-sqsd-", "webhook-", "jobsys-", "x-amz-", "proxy-"]
        let known = [
            "content-type", "content-length", "host", "traceparent", "idempotency-key", "connection", "expect",
            "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
        ]
        return own.contains { text.hasPrefix($0) } || known.contains(text)
    }
}
