import ArgumentParser
import JobsysClient
import JobsysJSON

/// How documents are written.
enum OutputFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    /// One JSON object a line.
    case json
    /// A table for people.
    case table
}

/// Writes documents to standard output, each as soon as it is there.
struct Printer {
    private let format: OutputFormat
    private let columns: [Column]
    private let write: (String) throws -> Void
    private var hasTitles = false

    /// Makes a printer of rows; `write` is given lines.
    init(_ format: OutputFormat, _ columns: [Column], write: @escaping (String) throws -> Void = StandardOutput.write) {
        self.format = format
        self.columns = columns
        self.write = write
    }

    /// Writes one of many documents.
    ///
    /// - Throws: ``OutputFailure``.
    mutating func row(_ document: JSONValue) throws {
        guard format == .table else { return try write(document.serializedString) }
        if !hasTitles {
            hasTitles = true
            try write(line { $0.title })
        }
        try write(line { $0.text(document) })
    }

    /// Writes the only document: in a table, a line for each member.
    ///
    /// - Throws: ``OutputFailure``.
    func single(_ document: JSONValue) throws {
        guard format == .table, let members = document.objectValue?.members else {
            return try write(document.serializedString)
        }
        let lines = members.flatMap(Self.lines)
        let width = lines.map(\.name.count).max() ?? 0
        for (name, value) in lines {
            let text = value.stringValue ?? value.serializedString
            try write("\(name.padded(to: width))  \(text.printable())")
        }
    }

    /// What jobsys says of a job in several words has a line for each; what is a client's own stays JSON, to be copied.
    private static func lines(of member: JSONObject.Member) -> [(name: String, value: JSONValue)] {
        guard !["payload", "result"].contains(member.key), let parts = member.value.objectValue?.members, !parts.isEmpty
        else { return [(member.key, member.value)] }
        return parts.map { ("\(member.key).\($0.key)", $0.value) }
    }

    private func line(_ text: (Column) -> String) -> String {
        let line = columns.map { text($0).printable().padded(to: $0.width) }.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
