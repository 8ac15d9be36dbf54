import Glibc

/// Why a program cannot be started.
public enum ProgramProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The working directory cannot be entered.
    case directory(String, Int32)
    /// No folder of `PATH` has the program.
    case notFound(String)
    /// The program is there or not, but cannot be run.
    case program(String, Int32)

    /// What is wrong, as a sentence without a full stop.
    public var description: String {
        switch self {
        case .directory(let path, let code): "the directory \(path) cannot be used: \(systemMessage(code))"
        case .notFound(let name): "the program \(name) is in no folder of PATH"
        case .program(let path, let code): "the program \(path) cannot be run: \(systemMessage(code))"
        }
    }
}

extension ChildProcess {
    /// The path of a program, as seen from its working directory.
    ///
    /// A name without a slash is looked up in the program's own `PATH`.
    public static func programPath(
        _ name: String,
        directory: String? = nil,
        environment: [String: String]
    ) throws(ProgramProblem) -> String {
        func fromDirectory(_ path: String) -> String {
            guard let directory, !path.hasPrefix("/") else { return path }
            return "\(directory)/\(path)"
        }
        if let directory, let code = obstacle(directory, isFolder: true) { throw .directory(directory, code) }
        if name.contains("/") {
            if let code = obstacle(fromDirectory(name), isFolder: false) { throw .program(name, code) }
            return name
        }
        var refused: ProgramProblem?
        for folder in (environment["PATH"] ?? standardPath).split(separator: ":") {
            let path = "\(folder)/\(name)"
            guard let code = obstacle(fromDirectory(path), isFolder: false) else { return path }
            if code == EACCES { refused = refused ?? .program(path, code) }
        }
        throw refused ?? .notFound(name)
    }

    /// Where programs are looked for without a `PATH`.
    private static let standardPath = "/usr/local/bin:/bin:/usr/bin"
}

/// Why a folder cannot be entered, or a file not be run; nil if it can.
private func obstacle(_ path: String, isFolder: Bool) -> Int32? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return errno }
    guard (status.st_mode & S_IFMT == S_IFDIR) == isFolder else { return isFolder ? ENOTDIR : EISDIR }
    return unsafe access(path, X_OK) == 0 ? nil : errno
}
