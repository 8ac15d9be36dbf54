import FoundationEssentials

/// Where the output of all processes goes: a folder beside the executables, which holds the latest run.
enum LogFolder {
    private static let root: String? = {
        guard let binaries = TestEnvironment.given?.binaries else { return nil }
        let path = "\(binaries)/e2e-logs"
        print("the logs of the processes are in \(path)")
        // There is none at the first run.
        try? FileManager.default.removeItem(atPath: path)
        return path
    }()

    static func make(_ name: String) throws -> String {
        guard let root else { throw HarnessError("there is no folder for logs") }
        let path = "\(root)/\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
