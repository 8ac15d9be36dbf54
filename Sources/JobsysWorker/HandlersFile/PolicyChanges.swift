import JobsysCore
import JobsysJSON

/// What the file says about the policy of a type; what it leaves out stays as the code and the worker's settings have it.
struct PolicyChanges: Sendable {
    private var changes: [@Sendable (inout JobPolicy) -> Void] = []

    /// The policy with the changes made.
    func applied(to policy: JobPolicy) -> JobPolicy {
        var policy = policy
        for change in changes { change(&policy) }
        return policy
    }

    fileprivate mutating func add(_ change: @escaping @Sendable (inout JobPolicy) -> Void) {
        changes.append(change)
    }
}

extension HandlersFileReader {
    /// The longest time that an attempt may be given: SQS hides a message for no longer.
    private static let longestRun: Duration = .seconds(12 * 3600)
    private static let longestPause: Duration = .seconds(86400)
    private static let classes = ErrorClass.allCases.map(\.rawValue)

    /// Reads the keys under `policy`.
    mutating func policy(_ value: YAMLValue) -> PolicyChanges {
        var changes = PolicyChanges()
        let known = [
            "timeout", "maxAttempts", "concurrency", "rate", "backoff", "permanent", "breaker", "retention",
            "sensitive",
        ]
        for member in members(of: value, known: known) {
            let value = member.value
            switch member.key {
            case "timeout":
                guard let timeout = duration(value, in: .milliseconds(1)...Self.longestRun) else { continue }
                changes.add { $0.timeout = timeout }
            case "maxAttempts":
                guard let count = int(value, in: Submission.maxAttemptsRange) else { continue }
                changes.add { $0.maxAttempts = count }
            case "concurrency":
                guard let count = int(value, in: 1...1000) else { continue }
                changes.add { $0.concurrency = count }
            case "rate":
                guard let rate = rate(value) else { continue }
                changes.add { $0.rate = rate }
            case "backoff":
                backoffs(value, into: &changes)
            case "permanent":
                guard let classes = errorClasses(value) else { continue }
                changes.add { $0.permanent = classes }
            case "breaker":
                breaker(value, into: &changes)
            case "sensitive":
                guard let paths = fieldPaths(value) else { continue }
                // What the code hides a file does not show.
                changes.add { policy in
                    for path in paths where !policy.sensitive.contains(path) { policy.sensitive.append(path) }
                }
            default:
                guard let time = duration(value, in: .seconds(60)...Duration.seconds(366 * 86400)) else { continue }
                changes.add { $0.retention = time }
            }
        }
        return changes
    }

    private mutating func fieldPaths(_ value: YAMLValue) -> [FieldPath]? {
        let expected = "a list of at most 32 fields, such as customer.email or cards[*].number"
        guard let values = list(value, expected: expected) else { return nil }
        if values.count > 32 { report("\(values.count) fields, expected \(expected)", at: value) }
        return values.compactMap { element in
            self.value(element, expected: "the path of a field, such as customer.email or cards[*].number") {
                FieldPath($0)
            }
        }
    }

    private mutating func rate(_ value: YAMLValue) -> Int? {
        self.value(value, expected: "jobs in a second, from 1/s to 100000/s") { text in
            guard text.hasSuffix("/s"), let count = Int(text.dropLast(2)) else { return nil }
            return (1...100_000).contains(count) ? count : nil
        }
    }

    /// `base` and `limit` for all classes, and the same under the name of a class.
    private mutating func backoffs(_ value: YAMLValue, into changes: inout PolicyChanges) {
        let standard = backoff(value, besides: Self.classes, of: JobPolicy.standard.backoff.standard)
        changes.add { standard(&$0.backoff.standard) }
        guard case .map(let members) = value.content else { return }
        for member in members where Self.classes.contains(member.key) {
            let errorClass = ErrorClass(rawValue: member.key)
            let change = backoff(member.value, of: JobPolicy.standard.backoff[errorClass])
            changes.add { policy in
                var backoff = policy.backoff[errorClass]
                change(&backoff)
                policy.backoff.byClass[errorClass] = backoff
            }
        }
    }

    /// Reads `base` and `limit`; `standard` is what they are held against where one is left out.
    private mutating func backoff(
        _ value: YAMLValue,
        besides others: [String] = [],
        of standard: Backoff
    ) -> @Sendable (inout Backoff) -> Void {
        var (base, limit): (Duration?, Duration?)
        for member in members(of: value, known: ["base", "limit"] + others) {
            switch member.key {
            case "base": base = duration(member.value, in: .zero...Self.longestPause)
            case "limit": limit = duration(member.value, in: .zero...Self.longestPause)
            default: break
            }
        }
        let (first, last) = (base ?? standard.base, limit ?? standard.limit)
        if first > last {
            report("the base \(first.unitText) is longer than the limit \(last.unitText)", at: value)
        }
        let (newBase, newLimit) = (base, limit)
        return { backoff in
            if let newBase { backoff.base = newBase }
            if let newLimit { backoff.limit = newLimit }
        }
    }

    private mutating func breaker(_ value: YAMLValue, into changes: inout PolicyChanges) {
        let known = ["failures", "classes", "pauses", "sharedOutage", "singleJobOutage"]
        for member in members(of: value, known: known) {
            switch member.key {
            case "failures":
                guard let failures = failures(member.value) else { continue }
                changes.add { $0.breaker.failures = failures }
            case "classes":
                guard let classes = errorClasses(member.value) else { continue }
                changes.add { $0.breaker.classes = classes }
            case "pauses":
                let change = backoff(member.value, of: JobPolicy.standard.breaker.pauses)
                changes.add { change(&$0.breaker.pauses) }
            case "sharedOutage":
                guard let time = duration(member.value, in: .zero...Self.longestPause) else { continue }
                changes.add { $0.breaker.sharedOutage = time }
            default:
                guard let time = duration(member.value, in: .zero...Self.longestPause) else { continue }
                changes.add { $0.breaker.singleJobOutage = time }
            }
        }
    }

    /// A number of failures, or nil for never.
    private mutating func failures(_ value: YAMLValue) -> Int?? {
        self.value(value, expected: "a whole number from 1 to 1000, or never") { text -> Int?? in
            if text == "never" { return .some(nil) }
            guard let count = Int(text), (1...1000).contains(count) else { return nil }
            return count
        }
    }

    private mutating func errorClasses(_ value: YAMLValue) -> Set<ErrorClass>? {
        let expected = "a list of \(Self.classes.joined(separator: ", "))"
        guard let values = list(value, expected: expected) else { return nil }
        var classes: Set<ErrorClass> = []
        for value in values {
            let name = self.value(value, expected: "one of \(Self.classes.joined(separator: ", "))") { text in
                Self.classes.contains(text) ? text : nil
            }
            if let name { classes.insert(ErrorClass(rawValue: name)) }
        }
        return classes
    }
}

extension JobPolicy {
    /// The parts of the policy in one line, for people.
    var summary: String {
        let parts = [
            ("timeout", timeout.map(\.unitText) ?? "none"), ("maxAttempts", "\(maxAttempts)"),
            ("concurrency", concurrency.map(String.init) ?? "any"), ("rate", rate.map { "\($0)/s" } ?? "any"),
            ("backoff", backoff.standard.summary),
        ]
        let byClass = backoff.byClass.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { ("backoff.\($0.key)", $0.value.summary) }
        let rest = [
            ("permanent", permanent.isEmpty ? "none" : permanent.map(\.rawValue).sorted().joined(separator: ",")),
            ("breaker", breaker.failures.map(String.init) ?? "never"), ("retention", retention.unitText),
        ]
        let hidden = sensitive.isEmpty ? [] : [("sensitive", sensitive.map(\.description).joined(separator: ","))]
        return (parts + byClass + rest + hidden).map { "\($0)=\($1)" }.joined(separator: " ")
    }
}

extension Backoff {
    fileprivate var summary: String { "\(base.unitText)..\(limit.unitText)" }
}
