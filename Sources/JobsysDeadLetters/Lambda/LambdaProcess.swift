import JobsysServiceRuntime
import Logging
public import ServiceLifecycle

/// What a Lambda's process runs: the loop over its invocations, and an extension for the sake of SIGTERM.
///
/// Where the extension cannot be registered the function runs all the same: its process is then killed without notice,
/// and every invocation has been answered by that time.
public struct LambdaProcess: Service {
    private let loop: LambdaRuntimeLoop
    private let extensions: any LambdaExtensionsAPI

    /// Makes the process's work.
    public init(loop: LambdaRuntimeLoop, extensions: any LambdaExtensionsAPI) {
        self.loop = loop
        self.extensions = extensions
    }

    /// Runs until a graceful shutdown, or until the runtime API fails.
    ///
    /// - Throws: ``LambdaRuntimeError``, or `CancellationError` if the task is cancelled.
    public func run() async throws {
        // Before the first invocation is asked for: Lambda takes no extension after that.
        let identifier = try await register()
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let identifier {
                group.addTask { [extensions] in await Self.park(identifier, with: extensions) }
            }
            try await loop.run()
            group.cancelAll()
        }
    }

    private func register() async throws -> String? {
        do {
            return try await extensions.register(as: Self.name)
        } catch let error as LambdaRuntimeError {
            Logger.current.warning("no extension, Lambda will end this process without notice", error: error)
            return nil
        }
    }

    private static func park(_ identifier: String, with extensions: any LambdaExtensionsAPI) async {
        do {
            _ = try await untilShutdown { try await extensions.park(identifier) }
        } catch is CancellationError {
            return
        } catch {
            Logger.current.warning("the extension has ended before the process", error: error)
        }
    }

    private static let name = "dlq-handler"
}

/// What Lambda offers to an extension of a function.
///
/// An extension may live in the function's own process, and then it needs to do nothing: Lambda tells a process that it
/// is about to end (SIGTERM) only where there is an extension.
///
/// All calls throw ``LambdaRuntimeError``, or `CancellationError` when the calling task is cancelled.
/// Source: AWS Lambda Developer Guide, "Using the Lambda Extensions API to create extensions".
public protocol LambdaExtensionsAPI: Sendable {
    /// Registers an extension that wants no events; to be called before the first invocation is asked for.
    ///
    /// - Returns: How the extension is known from then on; nil where there are no extensions, as in emulators.
    func register(as name: String) async throws -> String?

    /// Says that the extension has started, and waits for an event, which does not come.
    func park(_ identifier: String) async throws
}
