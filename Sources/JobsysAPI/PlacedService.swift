import JobsysCore
import ServiceLifecycle

/// A service whose tasks run on an executor.
struct PlacedService<Base: Service>: Service {
    private let base: Base
    private let executor: any TaskExecutor

    init(_ base: Base, executor: any TaskExecutor) {
        self.base = base
        self.executor = executor
    }

    func run() async throws {
        try await Workplace.work(on: executor) { try await base.run() }
    }
}
