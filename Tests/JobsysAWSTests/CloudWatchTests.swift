import JobsysAWS
import JobsysJSON
import Testing

@Suite struct CloudWatchTests {
    @Test("More than 1000 measurements go out in several calls, in order")
    func split() async throws {
        let fixture = Fixture([.response(200, [:], "")])
        try await fixture.client.putMetrics((0..<2001).map { .init("m\($0)", .value(1)) }, in: "n")
        let parts = try fixture.transport.sent.map { try JSONValue(parsing: $0.body)["MetricData"]?.arrayValue ?? [] }
        #expect(parts.map(\.count) == [1000, 1000, 1])
        #expect(parts.joined().map { $0["MetricName"]?.stringValue } == (0..<2001).map { "m\($0)" })
        #expect(fixture.transport.sent.first?.url == "https://monitoring.eu-central-1.amazonaws.com/")
        #expect(fixture.transport.sent.first?.field("x-amzn-query-mode") == "true")
    }

    @Test("Nothing is sent for nothing")
    func empty() async throws {
        let fixture = Fixture([.response(200)])
        try await fixture.client.putMetrics([], in: "n")
        #expect(fixture.transport.sent.isEmpty)
    }

    @Test("A number that is not finite is left to the service to refuse")
    func notFinite() async throws {
        let fixture = Fixture([.response(200)])
        try await fixture.client.putMetrics(
            [.init("m", .values([.nan, .infinity, -.infinity], counts: [1, 1, 1]))],
            in: "n"
        )
        try expectSent(
            fixture,
            "GraniteServiceVersion20100801.PutMetricData",
            #"""
            {"Namespace":"n","MetricData":[{"MetricName":"m","Values":["NaN","Infinity","-Infinity"],\#
            "Counts":[1.0,1.0,1.0]}]}
            """#
        )
    }
}
