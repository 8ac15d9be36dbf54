public import JobsysJSON

/// Somebody who has something to say on a page of metrics.
public protocol MetricsSource: Sendable {
    /// Adds what it has counted, under names that no other source uses.
    ///
    /// It may ask others for it, and should leave out what it does not get within a second or two.
    func report(to page: inout MetricsPage) async
}

/// A source that can list each thing that it has counted, for a document of `GET /stats`.
public protocol StatsSource: MetricsSource {
    /// Writes what was counted so far, as an object.
    func encode(to writer: inout JSONWriter)
}

/// A page of metrics, in the text format that Prometheus reads.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
public struct MetricsPage: Sendable {
    /// What a family's values mean.
    public enum Kind: String, Sendable {
        /// Only grows, until the process ends.
        case counter
        /// Is what it is at the moment.
        case gauge
        /// How values are distributed over ranges.
        case histogram
    }

    /// The content type of the format.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The page so far.
    public private(set) var text = ""

    /// Makes an empty page.
    public init() {}

    /// Adds a family of values, which differ in their labels; without any value it is left out.
    ///
    /// - Parameters:
    ///   - name: Its name, which no other family of the page has, with the unit at its end.
    ///   - kind: What its values mean.
    ///   - help: What is counted, in one line.
    ///   - values: Adds the values.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String, values: (inout Family) -> Void) {
        var family = Family(name: name)
        values(&family)
        guard !family.lines.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n" + family.lines
    }

    /// Adds a family of one value that has no labels.
    public mutating func value(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        family(name, kind, help) { $0.add([:], value) }
    }

    /// The values of a family.
    public struct Family: Sendable {
        let name: String
        fileprivate var lines = ""

        /// Adds a value with its labels.
        public mutating func add(_ labels: KeyValuePairs<String, String>, _ value: Double) {
            add(name, labels.map { ($0.key, $0.value) }, value)
        }

        /// Adds a distribution with its labels.
        public mutating func add(_ labels: KeyValuePairs<String, String>, _ histogram: Histogram) {
            let labels = labels.map { ($0.key, $0.value) }
            var count = 0
            for (bound, ownCount) in histogram.buckets {
                count += ownCount
                add("\(name)_bucket", labels + [("le", Self.text(of: bound))], Double(count))
            }
            add("\(name)_sum", labels, histogram.sum)
            add("\(name)_count", labels, Double(count))
        }

        private mutating func add(_ name: String, _ labels: [(String, String)], _ value: Double) {
            lines += name
            if !labels.isEmpty {
                lines += "{" + labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",") + "}"
            }
            lines += " \(Self.text(of: value))\n"
        }

        private static func text(of number: Double) -> String {
            if number == .infinity { return "+Inf" }
            return Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        }

        private static func escaped(_ text: String) -> String {
            var escaped = ""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\\": escaped += "\\\\"
                case "\"": escaped += "\\\""
                case "\n": escaped += "\\n"
                default: escaped.unicodeScalars.append(scalar)
                }
            }
            return escaped
        }
    }
}
