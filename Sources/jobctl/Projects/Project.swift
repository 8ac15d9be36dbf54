import ArgumentParser
import FoundationEssentials
import Glibc

/// A new project: its files, and what to do with it.
struct Project {
    /// What it is, for people.
    let summary: String
    /// The files' texts, by their paths in the project's folder.
    var files: [String: String]
    /// The commands that test and run it, in the order of their use.
    let steps: [Step]

    /// Commands for one terminal, in the project's folder.
    struct Step {
        /// What they are for.
        let text: String
        let commands: [String]
        /// Whether they go on until they are stopped, so that what follows needs another terminal.
        var goesOn = false
    }

    /// Adds a README.md that says what the project is and how it is tested and run.
    mutating func addReadme(title: String, about: [String], more: [String]) {
        var parts = ["# \(title)"] + about
        for step in steps {
            parts.append(step.text)
            parts.append("```sh\(step.goesOn ? " background" : "")\n\(step.commands.joined(separator: "\n"))\n```")
        }
        files["README.md"] = (parts + more).joined(separator: "\n\n") + "\n"
    }

    /// The steps as lines for a terminal.
    func nextSteps(in folder: String) -> [String] {
        ["cd \(folder)"] + steps.flatMap { ["", "# \($0.text)"] + $0.commands }
    }

    /// Writes the files: all of them, or none.
    ///
    /// - Parameter folder: A folder that is not there yet, or empty.
    /// - Throws: ``ProjectFailure``.
    func write(to folder: String) throws(ProjectFailure) {
        let files = FileManager.default
        if files.fileExists(atPath: folder) {
            // Of a file, there is no list.
            guard let content = try? files.contentsOfDirectory(atPath: folder), content.isEmpty else {
                throw ProjectFailure(description: "\(folder) is there already, and is not an empty folder")
            }
        }
        let unfinished = "\(folder).\(UUID().uuidString.prefix(8))"
        do {
            for (path, text) in self.files {
                let file = "\(unfinished)/\(path)"
                let parent = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                    .joined(separator: "/")
                try files.createDirectory(atPath: parent, withIntermediateDirectories: true)
                try text.write(toFile: file, atomically: false, encoding: .utf8)
            }
        } catch {
            removeUnfinished(unfinished)
            throw ProjectFailure(description: "\(folder) cannot be written: \(Self.reason(error))")
        }
        // It takes the place of an empty folder, and of nothing else.
        guard unsafe rename(unfinished, folder) == 0 else {
            let reason = Self.reason(POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO))
            removeUnfinished(unfinished)
            throw ProjectFailure(description: "\(folder) cannot be made: \(reason)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let cause = ((error as? CocoaError)?.underlying ?? error) as? POSIXError else { return "\(error)" }
        return unsafe String(cString: strerror(cause.code.rawValue))
    }

    private func removeUnfinished(_ folder: String) {
        // What cannot be written can often not be removed either, and the first failure is the one to report.
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// A project cannot be written.
struct ProjectFailure: Error, CustomStringConvertible {
    let description: String

    /// `EX_CANTCREAT` of sysexits.h.
    var exitCode: ExitCode { ExitCode(73) }
}

/// What a new project and its parts are called.
struct ProjectName: ExpressibleByArgument, Hashable {
    /// The project's folder, as it was said.
    let folder: String
    /// The folder's name.
    let text: String

    /// Takes a path whose last part has 1 to 40 letters, digits, `.`, `_` and `-`, a letter first, and does not begin with
    /// "jobsys", as the modules of jobsys do.
    init?(argument: String) {
        folder = argument.count > 1 && argument.hasSuffix("/") ? String(argument.dropLast()) : argument
        text = String(folder.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
        guard text.utf8.count <= 40, text.utf8.first.map(Self.isLetter) == true,
            text.utf8.allSatisfy({ Self.isLetter($0) || (0x30...0x39).contains($0) || "._-".utf8.contains($0) }),
            !text.lowercased().hasPrefix("jobsys")
        else { return nil }
    }

    /// The type of its job.
    var jobType: String { "\(text.lowercased()).greet" }

    /// The name in words that begin with capitals: a module's name begins with it.
    var capitalized: String {
        text.split { "._-".contains($0) }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
