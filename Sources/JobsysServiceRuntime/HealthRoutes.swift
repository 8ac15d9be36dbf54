import HTTPTypes
public import Hummingbird
import JobsysJSON

/// The paths that probes and monitors ask.
public enum HealthPath {
    /// Answers 200 as long as the process answers at all, and does not know itself to be stuck: then 503.
    public static let liveness = "/healthz"
    /// Answers 200 if the service can do its work, 503 if not.
    public static let readiness = "/readyz"
    /// Answers which requests to AWS the service has made.
    public static let stats = "/stats"
    /// Answers what the service has counted, for a monitor to collect.
    public static let metrics = "/metrics"
    /// All of them, for whoever treats requests for them apart: they are not worth a log line.
    public static let all: Set = [liveness, readiness, stats, metrics]
}

extension RouterMethods {
    /// Adds `GET /healthz` and `GET /readyz`.
    ///
    /// `/readyz` answers which checks failed, and with `Retry-After` when it is worth to ask again.
    ///
    /// - Parameters:
    ///   - readiness: What `/readyz` asks.
    ///   - liveness: Why the service is stuck, in a text fit for any reader; nil while it is not.
    /// - Returns: The routes themselves.
    @discardableResult
    public func addHealthRoutes(
        _ readiness: Readiness,
        liveness: @escaping @Sendable () -> String? = { nil }
    ) -> Self {
        get(RouterPath(HealthPath.liveness)) { _, _ in
            guard let problem = liveness() else { return healthResponse(.ok, #"{"status":"ok"}"#) }
            let json: JSONValue = ["status": "stuck", "reason": .string(problem)]
            return healthResponse(.serviceUnavailable, json.serializedString)
        }
        get(RouterPath(HealthPath.readiness)) { _, _ in
            let report = await readiness.report()
            let json = report.json(details: readiness.details())
            guard report.isReady else {
                return healthResponse(.serviceUnavailable, json, headers: [.retryAfter: "1"])
            }
            return healthResponse(.ok, json)
        }
        return self
    }
}

private func healthResponse(
    _ status: HTTPResponse.Status,
    _ json: String,
    headers: HTTPFields = [:]
) -> EditedResponse<String> {
    var headers = headers
    headers[.contentType] = "application/json"
    headers[.cacheControl] = "no-store"
    return EditedResponse(status: status, headers: headers, response: json)
}
