import Observability
import Testing

@Suite("A metric in the log")
struct EmbeddedMetricTests {
    @Test("is one line in CloudWatch's embedded metric format")
    func line() {
        let metric = EmbeddedMetric("Incidents", 3, by: ["ErrorClass": "NETWORK"])
        let expected =
            #"{"_aws":{"Timestamp":1763720000123,"CloudWatchMetrics":[{"Namespace":"jobsys","#
            + #""Dimensions":[["ErrorClass"]],"Metrics":[{"Name":"Incidents","Unit":"Count"}]}]},"#
            + #""ErrorClass":"NETWORK","Incidents":3}"# + "\n"
        #expect(String(decoding: metric.line(at: 1_763_720_000_123), as: UTF8.self) == expected)
    }
}
