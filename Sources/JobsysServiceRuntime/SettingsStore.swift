import Configuration
import Logging
import Synchronization

/// A place beside the environment where settings are kept, which people change without a deploy.
///
/// The environment wins over it, and it wins over a default.
public protocol SettingsStore: Sendable {
    /// Where it is, for people.
    var location: String { get }

    /// Reads all settings that are in it, by their names.
    ///
    /// - Throws: What the store says, or `CancellationError`.
    func read() async throws -> [String: String]
}

/// What is done when settings change while the process runs.
///
/// A setting that is ``EnvironmentVariable/changesWhileRunning`` and that nobody has asked for here is of no use to this process.
public final class SettingChanges: Sendable {
    private typealias Action = @Sendable (ConfigReader) throws -> Void

    private let actions = Mutex<[String: [Action]]>([:])

    /// Makes a list of nothing.
    public init() {}

    /// Has something done with each new value of a setting, until the process ends.
    public func apply<Value>(_ setting: Setting<Value>, _ action: @escaping @Sendable (Value) -> Void) {
        actions.withLock {
            $0[setting.key, default: []].append { config in action(try config.value(for: setting)) }
        }
    }

    /// Does what is to be done with the value that a setting has now; answers whether there was anything.
    ///
    /// - Throws: `ConfigurationError` for a malformed value.
    func run(for key: String, _ config: ConfigReader) throws -> Bool {
        let actions = actions.withLock { $0[key] ?? [] }
        for action in actions { try action(config) }
        return !actions.isEmpty
    }
}

extension [any EnvironmentVariable] {
    /// Those of a store's values that may be settings of this process.
    ///
    /// What decides where the store is, or how lines are written before it was read, comes from the environment alone; and so
    /// does what the AWS client reads.
    func storable(among values: [String: String]) -> [String: String] {
        let names = Set(filter(\.mayBeStored).map(\.key))
        return values.filter { names.contains($0.key) }
    }
}

extension EnvironmentVariable {
    fileprivate var mayBeStored: Bool {
        !(self is DocumentedVariable) && !key.hasPrefix("AWS_") && !["STAGE", "SSM", "LOG_FORMAT"].contains(key)
    }
}
