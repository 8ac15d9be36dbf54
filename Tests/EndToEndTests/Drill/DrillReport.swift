/// What a drill found, as one table.
struct DrillReport: Sendable {
    /// One thing that must hold, and where it did not.
    struct Check: Sendable {
        let name: String
        /// How many cases were looked at.
        let cases: Int
        let violations: [String]
    }

    private(set) var checks: [Check] = []
    private var counts: [(name: String, count: Int)] = []

    /// Whether everything holds.
    var passed: Bool { checks.allSatisfy(\.violations.isEmpty) }

    /// Adds a check.
    mutating func check(_ name: String, cases: Int, _ violations: [String]) {
        checks.append(Check(name: name, cases: cases, violations: violations))
    }

    /// Adds a figure.
    mutating func count(_ name: String, _ count: Int) {
        counts.append((name, count))
    }

    /// Adds a time, in seconds.
    mutating func count(_ name: String, _ time: Duration) {
        count(name, Int(time / .seconds(1)))
    }

    /// The figures, the checks, and the first violations of each.
    var text: String {
        var lines = counts.map { "  \($0.name.padded(to: Self.width)) \($0.count)" }
        lines.append("")
        for check in checks {
            let verdict = check.violations.isEmpty ? "holds" : "\(check.violations.count) VIOLATIONS"
            lines.append("  \(check.name.padded(to: Self.width)) \(check.cases) \(verdict)")
            lines += check.violations.prefix(10).map { "      \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    private static let width = 62
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: ".", count: max(0, width - count))
    }
}
