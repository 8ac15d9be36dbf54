import HTTPTypes
public import Hummingbird
import JobsysJSON
public import JobsysObservability

extension RouterMethods {
    /// Adds `GET /stats`, which answers each kind of call that the service has made since its start and what it was billed.
    @discardableResult
    public func addStatsRoute(_ source: (any StatsSource)?) -> Self {
        get(RouterPath(HealthPath.stats)) { _, _ in
            var writer = JSONWriter(capacity: 1024)
            if let source {
                source.encode(to: &writer)
            } else {
                writer.object { _ in }
            }
            return monitorResponse(String(decoding: writer.bytes, as: UTF8.self), "application/json")
        }
        return self
    }

    /// Adds `GET /metrics`, which answers what the sources have counted, in the text format of Prometheus.
    @discardableResult
    public func addMetricsRoute(_ sources: [any MetricsSource]) -> Self {
        get(RouterPath(HealthPath.metrics)) { _, _ in
            var page = MetricsPage()
            for source in sources { await source.report(to: &page) }
            return monitorResponse(page.text, MetricsPage.contentType)
        }
        return self
    }
}

private func monitorResponse(_ text: String, _ contentType: String) -> EditedResponse<String> {
    EditedResponse(status: .ok, headers: [.contentType: contentType, .cacheControl: "no-store"], response: text)
}
