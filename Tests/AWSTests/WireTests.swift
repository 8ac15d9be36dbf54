import AWS
import AWSTestKit
import CurlHTTP
import HTTPTypes
import Testing

@Suite struct WireTests {
    @Test("Over real sockets, a reset, a cut answer and a 503 are got over, and the fourth attempt counts")
    func faults() async throws {
        let scripts: [Script] = [
            .reset, .truncate(contentLength: 100, sending: Array(#"{"Item":"#.utf8)),
            .respond(status: 503, headers: [.connection: "close"], body: []),
            .respond(status: 200, headers: [:], body: Array(#"{"Item":{"PK":{"S":"a"}}}"#.utf8)),
        ]
        try await ScriptedServer.with(responses: scripts) { server in
            let transport = try CurlTransport()
            let environment = [
                "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.url + "/prefix",
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
            ]
            let configuration = try AWSConfiguration(environment: environment, transport: transport)
            let runtime = AWSRuntime(random: { 0 })
            let client = AWSClient(configuration: configuration, transport: transport, runtime: runtime)
            #expect(try await client.perform(Fixture.getItem) == ["PK": .s("a")])
            #expect(server.requests.count == 4)
            #expect(server.requests.map(\.path) == Array(repeating: "/prefix/", count: 4))
            await transport.shutdown()
        }
    }
}
