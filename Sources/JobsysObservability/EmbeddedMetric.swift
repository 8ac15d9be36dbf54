import JobsysJSON
import JobsysTime

/// A count that CloudWatch takes from a log line: one line of the log that is in the embedded metric format, too.
///
/// Where no CloudWatch reads the log, it is a line like any other.
/// Source: Amazon CloudWatch User Guide, "Specification: CloudWatch embedded metric format".
public struct EmbeddedMetric: Sendable, Hashable {
    /// The metric's name, such as `Incidents`.
    public var name: String
    /// What it counts, such as 1.
    public var value: Int
    /// What it is split by; each value must be one of few.
    public var dimensions: [String: String]

    /// The namespace of all metrics of this system.
    public static let namespace = "jobsys"

    /// Makes a count.
    public init(_ name: String, _ value: Int = 1, by dimensions: [String: String] = [:]) {
        self.name = name
        self.value = value
        self.dimensions = dimensions
    }

    /// The line, with its newline; `milliseconds` since 1970 is when it was counted.
    public func line(component: String, at milliseconds: Int64) -> [UInt8] {
        let names = dimensions.keys.sorted()
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("ts", Timestamp(milliseconds: milliseconds).description)
            writer.member("level", "info")
            writer.member("component", component)
            writer.member("msg", "metric")
            writer.object("_aws") { writer in
                writer.member("Timestamp", Int(milliseconds))
                writer.array("CloudWatchMetrics") { writer in
                    writer.object { writer in
                        writer.member("Namespace", Self.namespace)
                        writer.array("Dimensions") { writer in
                            writer.array { writer in
                                for name in names { writer.string(name) }
                            }
                        }
                        writer.array("Metrics") { writer in
                            writer.object { writer in
                                writer.member("Name", name)
                                writer.member("Unit", "Count")
                            }
                        }
                    }
                }
            }
            for name in names { writer.member(name, dimensions[name] ?? "") }
            writer.member(name, value)
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
