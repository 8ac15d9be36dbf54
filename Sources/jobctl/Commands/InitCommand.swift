import ArgumentParser
import FoundationEssentials

/// Writes a new project with one job.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Writes a new project with one job, its test, and what runs it.",
        discussion: """
            swift is a package: the job, its test, a worker, a Dockerfile and a compose file. The others are what a worker \
            runs by a handlers file, with no package to build: python and node an HTTP endpoint in that language, http the \
            one in Python as a pattern for any other, and command a program that is started anew for each job. What to do \
            next is printed, and stands in the project's README.md.
            """
    )

    @Argument(help: "The project's folder, which is made; its last part names the project and its job type.")
    var name: ProjectName

    @Option(help: "What the job is written in: \(ProjectLanguage.list).")
    var language: ProjectLanguage = .swift

    @Option(
        help: """
            Where jobsys is: the folder of a checkout or, for swift, the URL of its repository \
            (default: $JOBSYS_CHECKOUT, which scripts/dev's .run/dev.env sets).
            """
    )
    var jobsys: String?

    func run() async throws {
        let origin = try origin(ProcessInfo.processInfo.environment)
        let project = try language.project(name, origin)
        try project.write(to: name.folder)
        var lines = ["\(name.folder): \(project.summary)"]
        lines += project.files.keys.sorted().map { "  \($0)" }
        lines += ["", "Next:", ""] + project.nextSteps(in: name.folder).map { $0.isEmpty ? "" : "  \($0)" }
        try StandardOutput.write(lines.joined(separator: "\n"))
    }

    /// Where jobsys is: the option, or the variable.
    ///
    /// - Throws: `ValidationError` for a folder without it; for neither, where the language needs one of them.
    func origin(_ environment: [String: String]) throws -> JobsysOrigin {
        if let jobsys { return try JobsysOrigin(jobsys, saidBy: "--jobsys") }
        if let checkout = environment["JOBSYS_CHECKOUT"], !checkout.isEmpty {
            return try JobsysOrigin(checkout, saidBy: "JOBSYS_CHECKOUT")
        }
        guard language != .swift else {
            throw ValidationError(
                "Say with --jobsys where jobsys is: the folder of a checkout, or the URL of its repository."
            )
        }
        return .unknown
    }
}

/// What a project's job is written in.
enum ProjectLanguage: String, CaseIterable, ExpressibleByArgument {
    case swift, python, node, http, command

    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The files of a new project.
    func project(_ name: ProjectName, _ origin: JobsysOrigin) throws -> Project {
        switch self {
        case .swift: .swift(name, origin)
        case .python, .http: .endpointInPython(name, origin)
        case .node: .endpointInNode(name, origin)
        case .command: .command(name, origin)
        }
    }
}

/// Where a project finds jobsys.
enum JobsysOrigin: Hashable {
    /// A checkout: its folder, from the root on.
    case checkout(String)
    /// The URL of a repository.
    case repository(String)
    /// Not said.
    case unknown

    /// Reads a folder or a URL.
    ///
    /// - Throws: `ValidationError` for a folder that is none, or none of jobsys.
    init(_ text: String, saidBy source: String) throws {
        if text.contains("://") || text.hasPrefix("git@") {
            self = .repository(text)
            return
        }
        let folder = URL(filePath: text, directoryHint: .isDirectory).standardizedFileURL.path
        let manifest = "\(folder)/Package.swift"
        guard let manifest = try? String(contentsOfFile: manifest, encoding: .utf8), manifest.contains("JobsysWorker")
        else { throw ValidationError("\(source): \(folder) has no Package.swift of jobsys") }
        self = .checkout(folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder)
    }

    /// The folder to write into commands.
    var folder: String {
        if case .checkout(let folder) = self { folder } else { "~/jobsys" }
    }
}
