/// The executables under test.
enum Service: String, Sendable, CaseIterable {
    case api = "svc-api"
    case worker = "svc-worker"
    case dlqHandler = "dlq-handler"

    /// Where the executable is.
    var executable: String {
        get throws { "\(try TestEnvironment.required().binaries)/\(rawValue)" }
    }
}
