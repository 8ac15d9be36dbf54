import HTTPTypes
public import Hummingbird

/// The paths that probes and monitors ask.
public enum HealthPath {
    /// Answers 200 as long as the process answers at all.
    public static let liveness = "/healthz"
    /// Answers 200 if the service can do its work, 503 if not.
    public static let readiness = "/readyz"
    /// Answers which requests to AWS the service has made.
    public static let stats = "/stats"
    /// All of them, for whoever treats requests for them apart: they are not worth a log line.
    public static let all: Set = [liveness, readiness, stats]
}

extension RouterMethods {
    /// Adds `GET /healthz` and `GET /readyz`.
    ///
    /// `/readyz` answers which checks failed, and with `Retry-After` when it is worth to ask again.
    @discardableResult
    public func addHealthRoutes(_ readiness: Readiness) -> Self {
        get(RouterPath(HealthPath.liveness)) { _, _ in
            healthResponse(.ok, #"{"status":"ok"}"#)
        }
        get(RouterPath(HealthPath.readiness)) { _, _ in
            let report = await readiness.report()
            guard report.isReady else {
                return healthResponse(.serviceUnavailable, report.json, headers: [.retryAfter: "1"])
            }
            return healthResponse(.ok, report.json)
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
