public import FoundationEssentials
import JobsysJSON

extension CloudWatch {
    /// What was measured of a metric.
    public struct MetricDatum: Sendable, Hashable {
        /// What was measured, once or often; CloudWatch refuses numbers that are not finite.
        public enum Measurement: Sendable, Hashable {
            /// One value.
            case value(Double)
            /// Up to 150 different values and how often each of them was measured.
            case values([Double], counts: [Double])
            /// Many values, of which only a summary is kept.
            case statistics(sampleCount: Double, sum: Double, minimum: Double, maximum: Double)
        }

        /// The metric's name.
        public var name: String
        /// What was measured.
        public var measurement: Measurement
        /// The unit in CloudWatch's spelling, such as `Count`, `Milliseconds` or `Bytes/Second`.
        public var unit: String?
        /// What the metric is told apart by, up to 30 names and values, none empty.
        public var dimensions: [String: String]
        /// When it was measured, to the second; nil for when it arrives.
        public var timestamp: Date?
        /// Whether single seconds are kept, and not whole minutes only; costs more.
        public var isHighResolution: Bool

        /// Creates a datum.
        public init(
            _ name: String,
            _ measurement: Measurement,
            unit: String? = nil,
            dimensions: [String: String] = [:],
            timestamp: Date? = nil,
            isHighResolution: Bool = false
        ) {
            self.name = name
            self.measurement = measurement
            self.unit = unit
            self.dimensions = dimensions
            self.timestamp = timestamp
            self.isHighResolution = isHighResolution
        }
    }
}

extension CloudWatch.MetricDatum {
    func encodeMembers(to writer: inout JSONWriter) {
        writer.member("MetricName", name)
        if !dimensions.isEmpty {
            writer.array("Dimensions") { writer in
                for (name, value) in dimensions.sorted(by: { $0.key < $1.key }) {
                    writer.object { writer in
                        writer.member("Name", name)
                        writer.member("Value", value)
                    }
                }
            }
        }
        if let timestamp { writer.member("Timestamp", timestamp: timestamp) }
        measurement.encodeMembers(to: &writer)
        writer.member("Unit", ifPresent: unit)
        if isHighResolution { writer.member("StorageResolution", 1) }
    }
}

extension CloudWatch.MetricDatum.Measurement {
    fileprivate func encodeMembers(to writer: inout JSONWriter) {
        switch self {
        case .value(let value):
            writer.member("Value", lenient: value)
        case .values(let values, let counts):
            writer.array("Values") { for value in values { $0.lenient(value) } }
            writer.array("Counts") { for count in counts { $0.lenient(count) } }
        case .statistics(let sampleCount, let sum, let minimum, let maximum):
            writer.object("StatisticValues") { writer in
                writer.member("SampleCount", lenient: sampleCount)
                writer.member("Sum", lenient: sum)
                writer.member("Minimum", lenient: minimum)
                writer.member("Maximum", lenient: maximum)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, lenient value: Double) {
        key(name)
        lenient(value)
    }

    /// Writes what JSON has no number for as AWS's protocols do, and leaves it to the service to refuse it.
    fileprivate mutating func lenient(_ value: Double) {
        if value.isFinite {
            double(value)
        } else {
            string(value.isNaN ? "NaN" : value > 0 ? "Infinity" : "-Infinity")
        }
    }
}
