import FoundationEssentials
import HTTPTypes
import JobsysAWS
import JobsysHTTP
import JobsysSigV4
import Testing

/// The emulator at `JOBSYS_TEST_AUTH_ENDPOINT`, which verifies signatures of the keys that it has made itself.
struct VerifyingEmulator {
    static let endpoint = ProcessInfo.processInfo.environment["JOBSYS_TEST_AUTH_ENDPOINT"]

    let transport: CurlTransport
    /// May do everything.
    let credentials: AWSCredentials

    /// Runs a test with a user and a key of its own.
    static func with(_ body: (VerifyingEmulator) async throws -> Void) async throws {
        let transport = try CurlTransport()
        do {
            try await body(VerifyingEmulator(transport: transport, credentials: try await newKey(transport)))
        } catch {
            await transport.shutdown()
            throw error
        }
        await transport.shutdown()
    }

    /// Sends a request as it is; answers the status and the body.
    func send(_ request: HTTPRequest, body: [UInt8] = []) async throws -> (status: Int, text: String) {
        try await Self.send(request, body: body, transport)
    }

    /// A client that signs with these credentials.
    func client(_ credentials: any CredentialsProvider) throws -> AWSClient {
        let configuration = AWSConfiguration(
            region: "us-east-1",
            endpoints: EndpointResolver(shared: Endpoint(url: try #require(Self.endpoint))),
            credentials: credentials
        )
        return AWSClient(configuration: configuration, transport: transport)
    }

    /// Makes a role that may do everything, and that the emulator's users may take on; returns its ARN.
    func newRole() async throws -> String {
        let role = Emulator.uniqueName()
        let trust = Self.encode(
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}"#
        )
        let answer = try await Self.iam("CreateRole&RoleName=\(role)&AssumeRolePolicyDocument=\(trust)", transport)
        _ = try await Self.iam("PutRolePolicy&RoleName=\(role)&PolicyName=all&PolicyDocument=\(Self.all)", transport)
        return try Self.element("Arn", of: answer)
    }

    /// A session of a role.
    func session(of role: String, for duration: Duration) async throws -> AWSCredentials {
        let client = try client(StaticCredentials(credentials))
        return try await client.perform(STS.AssumeRole(roleARN: role, sessionName: "test", duration: duration))
    }

    /// A call of SQS, not signed yet.
    static func sqs(_ operation: String) throws -> HTTPRequest {
        let target = try #require(HTTPField.Name("X-Amz-Target"))
        return try request(
            .post,
            "/",
            [.contentType: "application/x-amz-json-1.0", target: "AmazonSQS.\(operation)"]
        )
    }

    /// A request to the emulator, not signed yet.
    static func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headerFields: HTTPFields = [:]
    ) throws -> HTTPRequest {
        HTTPRequest(
            method: method,
            scheme: "http",
            authority: String(try #require(endpoint).dropFirst("http://".count)),
            path: path,
            headerFields: headerFields
        )
    }

    /// The policy that allows everything, as a parameter.
    private static let all = encode(
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
    )

    private static func encode(_ text: String) -> String {
        text.utf8.map { "%" + String($0, radix: 16) }.joined()
    }

    /// A key of a new user, made with the emulator's own key, whose signatures it takes unseen.
    private static func newKey(_ transport: CurlTransport) async throws -> AWSCredentials {
        let user = Emulator.uniqueName()
        _ = try await iam("CreateUser&UserName=\(user)", transport)
        _ = try await iam("PutUserPolicy&UserName=\(user)&PolicyName=all&PolicyDocument=\(all)", transport)
        let answer = try await iam("CreateAccessKey&UserName=\(user)", transport)
        return AWSCredentials(
            accessKeyID: try element("AccessKeyId", of: answer),
            secretAccessKey: try element("SecretAccessKey", of: answer)
        )
    }

    private static func iam(_ action: String, _ transport: CurlTransport) async throws -> String {
        let body = Array("Action=\(action)&Version=2010-05-08".utf8)
        let signed = SigV4Signer(service: "iam", region: "us-east-1")
            .sign(
                try request(.post, "/", [.contentType: "application/x-www-form-urlencoded"]),
                body: body,
                credentials: AWSCredentials(accessKeyID: "test", secretAccessKey: "test"),
                at: Date()
            )
        let answer = try await send(signed, body: body, transport)
        try #require(answer.status == 200, "\(answer.text)")
        return answer.text
    }

    private static func send(
        _ request: HTTPRequest,
        body: [UInt8],
        _ transport: CurlTransport
    ) async throws -> (status: Int, text: String) {
        let response = try await transport.send(request, body: body)
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    private static func element(_ name: String, of xml: String) throws -> String {
        let start = try #require(xml.firstRange(of: "<\(name)>"))
        let end = try #require(xml.firstRange(of: "</\(name)>"))
        return String(xml[start.upperBound..<end.lowerBound])
    }
}
