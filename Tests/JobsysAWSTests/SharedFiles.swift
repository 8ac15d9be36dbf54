import FoundationEssentials

/// A home with shared configuration files, for as long as a test runs.
struct SharedFiles {
    let home: String

    /// The variables that lead there.
    var environment: [String: String] { ["HOME": home] }

    static func with<Result>(
        config: String = "",
        credentials: String? = nil,
        _ body: (SharedFiles) async throws -> Result
    ) async throws -> Result {
        let files = SharedFiles(home: "/tmp/jobsys-home-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: files.home) }
        try files.write(config, to: ".aws/config")
        if let credentials { try files.write(credentials, to: ".aws/credentials") }
        return try await body(files)
    }

    func path(_ name: String) -> String { "\(home)/\(name)" }

    func write(_ text: String, to name: String) throws {
        let url = URL(filePath: path(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }
}
