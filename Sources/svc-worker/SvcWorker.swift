import ArgumentParser
import JobsysServiceRuntime
import JobsysWorker
import ServiceLifecycle

@main
struct SvcWorker: ServiceCommand {
    static let name = "svc-worker"
    static let abstract = "Runs the jobs that its queue carries."
    static let settings = WorkerConfiguration.environment

    static func build(_ start: ServiceStart) async throws -> [any Service] {
        try await buildWorker(start)
    }
}
