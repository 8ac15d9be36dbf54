import FoundationEssentials
import JobsysAWS
import JobsysJSON
import Testing

/// Metrics against the emulator.
@Suite(.enabled(if: Emulator.endpoint != nil, "JOBSYS_TEST_ENDPOINT is not set"))
struct CloudWatchTests {
    @Test("Measurements of every kind are stored under their names and dimensions")
    func put() async throws {
        try await Emulator.withClient { client in
            let namespace = Emulator.uniqueName()
            let data: [CloudWatch.MetricDatum] = [
                .init("value", .value(1.5), unit: "Count", dimensions: ["queue": "q"], timestamp: Date()),
                .init("values", .values([1, 2], counts: [3, 4])),
                .init("summary", .statistics(sampleCount: 2, sum: 3, minimum: 1, maximum: 2), isHighResolution: true),
            ]
            try await client.putMetrics(data, in: namespace)
            let found = try await client.perform(ListMetrics(namespace: namespace))
            #expect(found.sorted() == ["summary", "value", "values"])
        }
    }
}

private struct ListMetrics: AWSOperation {
    static let service = AWSService.cloudWatch
    static let name = "ListMetrics"
    var namespace: String

    func encode(to writer: inout JSONWriter) {
        writer.value(["Namespace": .string(namespace)])
    }

    static func decode(_ reader: inout JSONReader) throws -> [String] {
        let names = try reader.readMember("Metrics") { reader throws(JSONError) in
            try reader.readElements { reader throws(JSONError) in
                try reader.readMember("MetricName") { reader throws(JSONError) in try reader.readString() }
            }
        }
        return names?.compactMap(\.self) ?? []
    }
}
