/// The part of `--help` that lists the environment variables, laid out like the options beside it.
package struct EnvironmentTable: CustomStringConvertible {
    static let labelWidth = 26
    static let width = 78

    private let variables: [any EnvironmentVariable]

    /// Makes the table of these variables.
    package init(variables: [any EnvironmentVariable]) {
        self.variables = variables
    }

    /// The heading and a row for each variable.
    package var description: String {
        "ENVIRONMENT:\n" + variables.map(row).joined(separator: "\n")
    }

    private func row(_ variable: any EnvironmentVariable) -> String {
        let label = "  " + variable.key
        let indent = String(repeating: " ", count: Self.labelWidth)
        let lines = wrap("\(variable.summary): \(variable.expected) (\(note(variable)))")
        let body = lines.joined(separator: "\n" + indent)
        guard label.count < Self.labelWidth else { return label + "\n" + indent + body }
        return label + indent.dropFirst(label.count) + body
    }

    private func note(_ variable: any EnvironmentVariable) -> String {
        let note =
            switch variable.whenUnset {
            case .required: "required"
            case .optional: "optional"
            case .defaultsTo(let text): "default: \(text)"
            }
        return variable.changesWhileRunning ? note + "; may change while it runs" : note
    }

    private func wrap(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + 1 + word.count <= Self.width - Self.labelWidth {
                lines[lines.count - 1] = line + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
