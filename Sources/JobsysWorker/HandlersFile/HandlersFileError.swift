import JobsysServiceRuntime

/// Everything that is wrong with a handlers file, so that nobody has to mend it one start at a time.
///
/// A service that meets it ends with exit code 78 and a line for each problem on standard error.
struct HandlersFileError: ConfigurationProblem, Hashable, Sendable {
    /// One thing that is wrong.
    struct Problem: Hashable, Sendable {
        /// The line, from 1; nil if the file cannot be read at all.
        var line: Int?
        /// The column, from 1.
        var column: Int?
        /// The keys that lead to it, such as `handlers.report.build.policy.timeout`; empty where there are none.
        var path: String
        /// What is wrong; what stands in the file is shown without the secrets in it.
        var message: String

        init(_ message: String, path: String = "", place: FilePlace? = nil) {
            (line, column) = (place?.line, place?.column)
            self.path = path
            self.message = message
        }
    }

    /// The file, as it was named.
    var file: String
    /// The problems, in the order of the file.
    var problems: [Problem]

    /// One line for each problem.
    ///
    /// For example: `handlers.yaml:5:7: handlers.report.build.polic: unknown key, did you mean policy?`
    var description: String {
        problems.map { problem in
            let place = [problem.line, problem.column].compactMap { $0.map { ":\($0)" } }.joined()
            return "\(file)\(place): \(problem.path.isEmpty ? "" : "\(problem.path): ")\(problem.message)"
        }
        .joined(separator: "\n")
    }
}
