import JobsysObservability
import Testing

@Suite("A metric in the log")
struct EmbeddedMetricTests {
    @Test("is a line of the log in CloudWatch's embedded metric format")
    func line() {
        let metric = EmbeddedMetric("Incidents", 3, by: ["ErrorClass": "NETWORK"])
        let expected =
            #"{"ts":"2025-11-21T10:13:20.123Z","level":"info","component":"dlq-handler","msg":"metric","#
            + #""_aws":{"Timestamp":1763720000123,"CloudWatchMetrics":[{"Namespace":"jobsys","#
            + #""Dimensions":[["ErrorClass"]],"Metrics":[{"Name":"Incidents","Unit":"Count"}]}]},"#
            + #""ErrorClass":"NETWORK","Incidents":3}"# + "\n"
        #expect(
            String(decoding: metric.line(component: "dlq-handler", at: 1_763_720_000_123), as: UTF8.self) == expected
        )
    }
}
