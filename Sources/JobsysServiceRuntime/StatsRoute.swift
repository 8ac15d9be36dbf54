import HTTPTypes
public import Hummingbird
public import JobsysAWS
import JobsysJSON

extension RouterMethods {
    /// Adds `GET /stats`, which answers what the service's AWS client has been billed for since the start.
    @discardableResult
    public func addStatsRoute(_ meter: CallMeter) -> Self {
        get(RouterPath(HealthPath.stats)) { _, _ in
            var writer = JSONWriter(capacity: 1024)
            meter.encode(to: &writer)
            return EditedResponse(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                response: String(decoding: writer.bytes, as: UTF8.self)
            )
        }
        return self
    }
}
