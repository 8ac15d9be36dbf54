import JobsysObservability

/// Reads the parts of a handlers file, and collects all that is wrong with them.
///
/// What cannot be read is reported and answered with nil, and the reading goes on.
struct HandlersFileReader {
    /// The file's folder, from which it names others; nil for the one that the worker works in.
    var folder: String?
    /// The worker's environment, which `env:NAME` refers to.
    var environment: [String: String]
    /// What was found wrong, in the order of the file.
    var problems: [HandlersFileError.Problem] { found.sorted { $0.place < $1.place }.map(\.problem) }

    private var found: [(place: FilePlace, problem: HandlersFileError.Problem)] = []

    init(folder: String?, environment: [String: String]) {
        self.folder = folder
        self.environment = environment
    }

    /// Reports a problem with a value.
    mutating func report(_ message: String, at value: YAMLValue) {
        report(message, path: value.path, place: value.place)
    }

    /// Reports a problem with a key.
    mutating func report(_ message: String, at member: YAMLValue.Member) {
        report(message, path: member.value.path, place: member.place)
    }

    private mutating func report(_ message: String, path: String, place: FilePlace) {
        found.append((place, HandlersFileError.Problem(message, path: path, place: place)))
    }

    /// Reports that a value is not what it must be.
    private mutating func report(_ value: YAMLValue, expected: String) {
        switch value.content {
        case _ where value.isNull: report("there is no value, expected \(expected)", at: value)
        case .scalar(let text, _):
            let shown = Redactor.standard.excerpt(of: text, maxBytes: 100)
            report("found \(shown.debugDescription), expected \(expected)", at: value)
        case .list: report("found a list, expected \(expected)", at: value)
        case .map: report("found keys, expected \(expected)", at: value)
        }
    }
}

extension HandlersFileReader {
    /// The members of a mapping, whatever their keys are; none where it is something else, which is reported.
    mutating func members(of value: YAMLValue, expected: String) -> [YAMLValue.Member] {
        guard case .map(let members) = value.content else {
            report(value, expected: expected)
            return []
        }
        return members
    }

    /// The members of a mapping whose keys are known; others are reported.
    mutating func members(of value: YAMLValue, known: [String]) -> [YAMLValue.Member] {
        let members = members(of: value, expected: "keys: \(known.joined(separator: ", "))")
        for member in members where !known.contains(member.key) {
            let hint =
                known.closest(to: member.key).map { "did you mean \($0)?" }
                ?? "expected \(known.joined(separator: ", "))"
            report("unknown key, \(hint)", at: member)
        }
        return members.filter { known.contains($0.key) }
    }

    /// The elements of a list.
    mutating func list(_ value: YAMLValue, expected: String) -> [YAMLValue]? {
        guard case .list(let values) = value.content else {
            report(value, expected: expected)
            return nil
        }
        return values
    }

    /// A text, quoted or not; what YAML would take for a number is a text too.
    mutating func text(_ value: YAMLValue, expected: String) -> String? {
        guard case .scalar(let text, _) = value.content, !value.isNull else {
            report(value, expected: expected)
            return nil
        }
        guard !text.utf8.contains(0) else {
            report("a zero byte, which no text here can have", at: value)
            return nil
        }
        return text
    }

    /// A value that a text stands for.
    mutating func value<Value>(
        _ value: YAMLValue,
        expected: String,
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = text(value, expected: expected) else { return nil }
        guard let result = parse(text) else {
            report(value, expected: expected)
            return nil
        }
        return result
    }

    /// A whole number.
    mutating func int(_ value: YAMLValue, in range: ClosedRange<Int>) -> Int? {
        self.value(value, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// An elapsed time such as `500ms`, `30s`, `10m`, `2h` or `1d`.
    mutating func duration(_ value: YAMLValue, in range: ClosedRange<Duration>) -> Duration? {
        let expected =
            "a time such as 500ms, 30s, 10m, 2h or 1d, from \(range.lowerBound.unitText) to \(range.upperBound.unitText)"
        return self.value(value, expected: expected) { text in
            Duration(unitText: text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A text, or the value of the worker's variable that `env:NAME` names.
    mutating func resolved(_ value: YAMLValue) -> String? {
        guard let text = text(value, expected: "a text, or env:NAME for a variable of the worker") else { return nil }
        guard text.hasPrefix("env:") else { return text }
        let name = String(text.dropFirst(4))
        guard let found = environment[name] else {
            report("the worker's environment has no variable \(name)", at: value)
            return nil
        }
        return found
    }
}

extension Duration {
    private static let units: [(name: String, length: Duration)] = [
        ("d", .seconds(86400)), ("h", .seconds(3600)), ("m", .seconds(60)), ("s", .seconds(1)),
        ("ms", .milliseconds(1)),
    ]

    /// Reads a whole number and a unit: `500ms`, `30s`, `10m`, `2h`, `1d`.
    init?(unitText text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) }), digits.count <= 9,
            let number = Int(digits)
        else { return nil }
        self = unit.length * number
    }

    /// The time in the largest unit that divides it, such as `90s`; finer than a millisecond, it is cut.
    var unitText: String {
        let milliseconds = Int(self / .milliseconds(1))
        let unit = Self.units.first { milliseconds % Int($0.length / .milliseconds(1)) == 0 }
        guard milliseconds != 0, let unit else { return "0s" }
        return "\(milliseconds / Int(unit.length / .milliseconds(1)))\(unit.name)"
    }
}

extension [String] {
    /// The text among these that was probably meant; nil if none is like it.
    func closest(to text: String) -> String? {
        let ranked = map { (name: $0, distance: editDistance($0.lowercased(), text.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= Swift.max(1, text.count / 3) ? best.name : nil
    }
}

/// How many characters must be put in, taken out or changed to turn one text into the other.
private func editDistance(_ one: String, _ other: String) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (index, character) in one.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in other.indices {
            let changed = diagonal + (character == other[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = Swift.min(changed, row[column] + 1, diagonal + 1)
        }
    }
    return row[other.count]
}
