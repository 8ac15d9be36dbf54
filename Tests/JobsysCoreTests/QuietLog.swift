import Logging
import Testing

/// Keeps what the code logs out of the tests' output.
struct QuietLog: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let logger = Logger(label: "quiet", factory: { _ in SwiftLogNoOpLogHandler() })
        try await withLogger(logger) { _ in try await function() }
    }
}

extension Trait where Self == QuietLog {
    /// Keeps what the code logs out of the tests' output.
    static var quietLog: QuietLog { QuietLog() }
}
