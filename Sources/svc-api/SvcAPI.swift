import ArgumentParser
import JobsysAPI
import JobsysServiceRuntime
import ServiceLifecycle

/// Takes jobs over HTTP and tells what became of them.
@main
struct SvcAPI: ServiceCommand {
    static let name = "svc-api"
    static let abstract = "Takes jobs over HTTP and tells what became of them."
    static let settings = APIConfiguration.environment
    static let subcommands: [any ParsableCommand.Type] = [KeysCommand.self]

    @OptionGroup
    var options: ServiceOptions

    static func settingsStore(_ start: ServiceStart) async throws -> (any SettingsStore)? {
        try await apiSettingsStore(start)
    }

    static func build(_ start: ServiceStart) async throws -> [any Service] {
        try await buildAPI(start)
    }
}
