public import JobsysAWS
import JobsysHTTP
public import JobsysServiceRuntime

/// Settings in AWS Systems Manager's Parameter Store, at `/jobsys/<stage>/NAME`: strings, and secure strings in clear.
///
/// What lies deeper, such as secrets of handlers, is not read.
/// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-hierarchies.html
public struct ParameterStore: SettingsStore {
    private let client: AWSClient
    private let path: String

    /// Makes a store of the parameters of a stage.
    public init(client: AWSClient, stage: Stage) {
        self.client = client
        path = "/jobsys/\(stage.rawValue)"
    }

    /// The service and the path.
    public var location: String { "Parameter Store \(path)" }

    /// Reads all pages.
    public func read() async throws -> [String: String] {
        let operation = SSM.GetParametersByPath(path: path, recursive: false, decrypted: true)
        var values: [String: String] = [:]
        for try await page in client.pages(of: operation) {
            for parameter in page.parameters {
                values[String(parameter.name.dropFirst(path.count + 1))] = parameter.value
            }
        }
        return values
    }
}

extension ServiceStart {
    /// The Parameter Store that this start's settings are read from; nil if `SSM` says so, or does not say otherwise in stage dev.
    ///
    /// - Throws: `ConfigurationError` for what is malformed in the environment.
    public func parameterStore() async throws -> (any SettingsStore)? {
        let stage = try config.value(for: .stage)
        let use = try config.value(for: Setting<SettingsStoreUse>.ssm.optional) ?? (stage == .dev ? .off : .on)
        guard use == .on else { return nil }
        // It waits no longer than a start may take on Lambda, which is ten seconds.
        let aws = try await AWSConnection(self, transport: try makeTransport(), operationTimeout: .seconds(8))
        return ParameterStore(client: aws.client, stage: stage)
    }
}
