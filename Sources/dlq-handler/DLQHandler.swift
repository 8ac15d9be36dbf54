import ArgumentParser
import JobsysDeadLetters
import JobsysServiceRuntime
import ServiceLifecycle

@main
struct DLQHandler: ServiceCommand {
    static let name = "dlq-handler"
    static let abstract = "Records the jobs that failed for good, as a Lambda or from their queue."
    static let settings = DLQConfiguration.environment

    @OptionGroup
    var options: ServiceOptions

    static func settingsStore(_ start: ServiceStart) async throws -> (any SettingsStore)? {
        try await dlqHandlerSettingsStore(start)
    }

    static func build(_ start: ServiceStart) async throws -> [any Service] {
        try await buildDLQHandler(start)
    }
}
