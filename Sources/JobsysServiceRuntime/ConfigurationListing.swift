import Configuration
import JobsysJSON
import JobsysObservability

/// The settings that are in force, and where each comes from; without secrets.
package struct ConfigurationListing: CustomStringConvertible {
    private let lines: [(value: String, source: String)]
    /// What is wrong with them.
    package let problems: [ConfigurationError]

    /// Makes the listing of these variables.
    package init(_ variables: [any EnvironmentVariable], of start: ServiceStart, storedAt location: String?) {
        problems = variables.compactMap { $0.problem(in: start.config) }
        lines = variables.map { variable in
            let key = variable.key
            if let text = start.environment[key], !start.isFree(key) {
                return ("\(key)=\(variable.printable(text))", "environment")
            }
            if let text = start.stored[key] { return ("\(key)=\(variable.printable(text))", location ?? "store") }
            return switch variable.whenUnset {
            case .defaultsTo(let text): ("\(key)=\(text)", "default")
            case .optional: (key, "unset")
            case .required: (key, "missing")
            }
        }
    }

    /// A line for each variable, in two columns; then one for each that is wrong.
    package var description: String {
        let width = min(60, lines.map(\.value.count).max() ?? 0)
        let table = lines.map {
            $0.value + String(repeating: " ", count: max(0, width - $0.value.count)) + "  " + $0.source
        }
        return (table + problems.map { "wrong: \($0)" }).joined(separator: "\n")
    }
}

extension EnvironmentVariable {
    /// A value of it, fit to be read by anybody.
    func printable(_ text: String) -> String {
        guard !isSecret else { return Redactor.mark }
        // By its name, and by what it looks like.
        let named = Redactor.standard.redact([key: .string(text)] as JSONValue)
        return Redactor.standard.redact(text: named[key]?.stringValue ?? Redactor.mark)
    }
}
