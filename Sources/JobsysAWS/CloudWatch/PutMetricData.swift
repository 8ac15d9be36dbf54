public import JobsysJSON

/// The operations of Amazon CloudWatch's metrics.
///
/// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html
public enum CloudWatch {}

extension AWSService {
    /// Amazon CloudWatch, over its JSON protocol.
    public static let cloudWatch = AWSService(
        endpointPrefix: "monitoring",
        environmentName: "CLOUDWATCH",
        targetPrefix: "GraniteServiceVersion20100801",
        isQueryCompatible: true
    )
}

extension CloudWatch {
    /// Stores up to 1000 measurements; ``AWSClient/putMetrics(_:in:)`` takes any number.
    public struct PutMetricData: AWSOperation {
        /// CloudWatch.
        public static let service = AWSService.cloudWatch
        /// The operation's name.
        public static let name = "PutMetricData"
        /// The largest number of measurements in one call.
        public static let maxData = 1000

        /// The namespace, not beginning with `AWS/`.
        public var namespace: String
        /// The measurements.
        public var data: [MetricDatum]

        /// Creates the operation.
        public init(namespace: String, data: [MetricDatum]) {
            self.namespace = namespace
            self.data = data
        }

        /// Writes the input.
        public func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("Namespace", namespace)
                writer.array("MetricData") { writer in
                    for datum in data { writer.object { datum.encodeMembers(to: &$0) } }
                }
            }
        }
    }
}

extension AWSClient {
    /// Stores any number of measurements, 1000 a call, one call after another.
    ///
    /// A call that was not answered is repeated and may count twice. Throws as ``perform(_:)`` does; the calls before
    /// the one that failed have taken effect.
    public func putMetrics(_ data: [CloudWatch.MetricDatum], in namespace: String) async throws {
        let size = CloudWatch.PutMetricData.maxData
        for start in stride(from: 0, to: data.count, by: size) {
            let part = Array(data[start..<min(start + size, data.count)])
            try await perform(CloudWatch.PutMetricData(namespace: namespace, data: part))
        }
    }
}
