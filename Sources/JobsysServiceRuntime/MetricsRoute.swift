import HTTPTypes
public import Hummingbird
public import JobsysObservability

extension RouterMethods {
    /// Adds `GET /metrics`, which answers what the sources have counted, in the text format of Prometheus.
    @discardableResult
    public func addMetricsRoute(_ sources: [any MetricsSource]) -> Self {
        get(RouterPath(HealthPath.metrics)) { _, _ in
            var page = MetricsPage()
            for source in sources { await source.report(to: &page) }
            return EditedResponse(
                status: .ok,
                headers: [.contentType: MetricsPage.contentType, .cacheControl: "no-store"],
                response: page.text
            )
        }
        return self
    }
}
