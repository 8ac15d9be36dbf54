import JobsysProcess

/// A program that runs jobs, as the file has it under `command` and the keys beside it.
struct CommandTarget: Sendable, Hashable {
    /// The program and its arguments, as they are: no shell takes part.
    var words: [String]
    /// The program's working directory; nil for the worker's own.
    var directory: String?
    /// Variables that the program has beside those of ``CommandEnvironment``.
    var environment: [String: String] = [:]
    /// How long the program may take to end after SIGTERM, before SIGKILL.
    var grace: Duration = Self.standardGrace

    /// Less than the time between the end of a stop's grace period and the worker's own end.
    static let standardGrace: Duration = .seconds(3)

    /// Where the program is, as seen from ``directory``; a name without a slash is looked up in the program's own `PATH`.
    func programPath(environment: [String: String]) throws(ProgramProblem) -> String {
        try ChildProcess.programPath(words.first ?? "", directory: directory, environment: environment)
    }
}

extension CommandTarget: CustomStringConvertible {
    /// The words, unusual ones in quotation marks, and the directory.
    var description: String {
        let shown = words.map { word in
            let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "_-./=:,+@%".contains($0) }
            return isPlain ? word : word.debugDescription
        }
        return shown.joined(separator: " ") + (directory.map { " in \($0)" } ?? "")
    }
}

extension HandlersFileReader {
    /// The keys beside `command` that belong to it.
    static let commandKeys = ["directory", "environment", "grace"]

    /// Reads `command` and the keys that belong to it.
    mutating func commandTarget(_ command: YAMLValue, _ others: [YAMLValue.Member]) -> CommandTarget? {
        var target = CommandTarget(words: words(command) ?? [])
        for member in others {
            switch member.key {
            case "directory":
                target.directory = text(member.value, expected: "a path").map(pathFromFile)
            case "environment":
                target.environment = variables(member.value)
            default:
                target.grace = duration(member.value, in: .zero...Duration.seconds(60)) ?? target.grace
            }
        }
        return target.words.isEmpty ? nil : target
    }

    /// A path that the file may say as seen from its own folder.
    private func pathFromFile(_ path: String) -> String {
        guard let folder, !path.hasPrefix("/") else { return path }
        return path == "." ? folder : "\(folder)/\(path)"
    }

    private mutating func words(_ value: YAMLValue) -> [String]? {
        let expected = #"a list of words such as ["python3", "report.py"], as there is no shell to split a text"#
        guard let values = list(value, expected: expected) else { return nil }
        guard let first = values.first else {
            report("the list is empty, expected the program and its arguments", at: value)
            return nil
        }
        if case .scalar("", _) = first.content { report("the program's name is empty", at: first) }
        var words: [String] = []
        for value in values {
            if case .scalar(let text, isQuoted: true) = value.content, !text.utf8.contains(0) {
                words.append(text)
            } else if let text = text(value, expected: "a word") {
                words.append(text)
            }
        }
        return words.count == values.count ? words : nil
    }

    private mutating func variables(_ value: YAMLValue) -> [String: String] {
        var variables: [String: String] = [:]
        for member in members(of: value, expected: "names of variables and their values") {
            let name = member.key
            guard !name.isEmpty, !name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == 0 }) else {
                report("a variable's name is neither empty nor has it an equals sign", at: member)
                continue
            }
            guard !name.hasPrefix("JOBSYS_"), name != "TRACEPARENT" else {
                report("the worker itself sets this variable for each job", at: member)
                continue
            }
            if case .scalar("", isQuoted: true) = member.value.content {
                variables[name] = ""
            } else {
                variables[name] = resolved(member.value)
            }
        }
        return variables
    }
}
