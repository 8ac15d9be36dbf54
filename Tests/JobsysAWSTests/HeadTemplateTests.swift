import FoundationEssentials
import HTTPTypes
import JobsysHTTP
import JobsysJSON
import JobsysSigV4
import Synchronization
import Testing

@testable import JobsysAWS

@Suite struct HeadTemplateTests {
    private struct Get: AWSOperation {
        static let service = AWSService.dynamoDB
        static let name = "GetItem"
        var text: String

        func encode(to writer: inout JSONWriter) { writer.object { $0.member("text", text) } }
    }

    /// Credentials that change, as they do when they are refreshed.
    private final class Changing: CredentialsProvider {
        let current = Mutex(AWSCredentials(accessKeyID: "ONE", secretAccessKey: "one"))

        func credentials() async throws -> AWSCredentials { current.withLock { $0 } }
        func readyCredentials() -> AWSCredentials? { current.withLock { $0 } }
    }

    /// What the general signer makes of a request that was sent, less what it has made of it before.
    private func signedAnew(_ sent: ScriptedTransport.Sent, _ credentials: AWSCredentials, _ date: Date) -> HTTPRequest
    {
        var request = sent.request
        request.headerFields[.authorization] = nil
        let signer = SigV4Signer(service: "dynamodb", region: "us-east-1")
        return signer.sign(request, body: sent.body, credentials: credentials, at: date)
    }

    @Test("Each request of an operation is signed as if it were the only one, over days and other credentials")
    func signatures() async throws {
        let provider = Changing()
        let transport = ScriptedTransport([.response(200)])
        let clock = Mutex(Date(timeIntervalSince1970: 1_767_225_600))
        let client = AWSClient(
            configuration: AWSConfiguration(region: "us-east-1", credentials: provider),
            transport: transport,
            runtime: AWSRuntime(now: { clock.withLock { $0 } })
        )
        var expected: [(AWSCredentials, Date)] = []
        let other = AWSCredentials(accessKeyID: "TWO", secretAccessKey: "two", sessionToken: "token")
        for step in 0..<12 {
            if step == 4 { provider.current.withLock { $0 = other } }
            if step == 8 { clock.withLock { $0 += 86_400 } }
            clock.withLock { $0 += 1 }
            expected.append((provider.current.withLock { $0 }, clock.withLock { $0 }))
            try await client.perform(Get(text: String(repeating: "x", count: step * 200)))
        }
        let dateName = try #require(HTTPField.Name("X-Amz-Date"))
        for (sent, (credentials, date)) in zip(transport.sent, expected) {
            let again = signedAnew(sent, credentials, date)
            #expect(sent.request.headerFields[.authorization] == again.headerFields[.authorization])
            #expect(sent.field("X-Amz-Date") == again.headerFields[dateName])
            #expect(sent.field("X-Amz-Security-Token") == credentials.sessionToken)
            #expect(sent.field("X-Amz-Target") == "DynamoDB_20120810.GetItem")
        }
        #expect(Set(transport.sent.map { $0.field("amz-sdk-invocation-id") }).count == 12)
    }

    @Test("A second attempt says so, and the operation after it is a first one again")
    func attempts() async throws {
        let transport = ScriptedTransport([.response(500), .response(200)])
        let client = AWSClient(
            configuration: AWSConfiguration(
                region: "us-east-1",
                credentials: StaticCredentials(AWSCredentials(accessKeyID: "A", secretAccessKey: "B"))
            ),
            transport: transport,
            runtime: AWSRuntime(random: { 0 })
        )
        try await client.perform(Get(text: "a"))
        try await client.perform(Get(text: "b"))
        let fields = transport.sent.map { $0.field("amz-sdk-request") ?? "" }
        #expect(fields[0] == "attempt=1; max=4")
        #expect(fields[1].hasPrefix("ttl=") && fields[1].hasSuffix("; attempt=2; max=4"))
        #expect(fields[2] == "attempt=1; max=4")
    }
}
