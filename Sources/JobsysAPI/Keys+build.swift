import JobsysAWSAdapters
import JobsysCore
import JobsysHTTP
import JobsysServiceRuntime

/// The store of API keys that the environment names, reached with the AWS credentials of whoever asks.
///
/// - Parameter environment: Read for `DDB_TABLE`, `STAGE` and what the AWS client reads.
/// - Returns: The store, and the stage that its keys are made for.
/// - Throws: `ConfigurationError` or `ConfigurationErrors` for what is missing or malformed.
func buildKeyStore(_ environment: [String: String]) async throws -> (store: any APIKeyStore, stage: String) {
    let start = ServiceStart(environment: environment)
    try start.config.validate([Setting.stage, Setting.table])
    let aws = try await AWSConnection(start, transport: start.makeTransport(), operationTimeout: .seconds(10))
    let store = DynamoDBAPIKeyStore(client: aws.client, table: try start.config.value(for: .table))
    return (store, try start.config.value(for: .stage).rawValue)
}
