import FoundationEssentials
import HTTPTypes
import JobsysAWS
import JobsysAWSTestKit
import JobsysHTTP

/// A client over real sockets, with a clock of its own and a constant for chance.
struct WireFixture {
    let client: AWSClient
    let clock: InstantClock

    /// Runs `body` with a client of an endpoint.
    static func with<Result>(
        _ endpoint: String,
        timeout: Duration = .seconds(30),
        _ body: (WireFixture) async throws -> Result
    ) async throws -> Result {
        let transport = try CurlTransport(configuration: .init(maxResponseBytes: 64 * 1024))
        let clock = InstantClock()
        let client = AWSClient(
            configuration: AWSConfiguration(
                region: "eu-central-1",
                endpoints: EndpointResolver(shared: Endpoint(url: endpoint)),
                credentials: StaticCredentials(Fixture.key),
                timeouts: TransportTimeouts(connect: timeout, request: timeout)
            ),
            transport: transport,
            runtime: AWSRuntime(clock: clock, now: { Fixture.epoch + clock.now.offset / .seconds(1) }, random: { 1 })
        )
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(WireFixture(client: client, clock: clock)))
        } catch {
            result = .failure(error)
        }
        await transport.shutdown()
        return try result.get()
    }

    /// The error that an operation ends with.
    func failure(of operation: some AWSOperation) async throws -> AWSError? {
        do {
            _ = try await client.perform(operation)
            return nil
        } catch let error as AWSError {
            return error
        }
    }
}
