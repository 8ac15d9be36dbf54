import FoundationEssentials
import HTTPTypes
import JobsysAWS
import JobsysSigV4
import Testing

/// Against an emulator that verifies what others take unseen.
@Suite(
    "Signatures that are verified",
    .enabled(if: VerifyingEmulator.endpoint != nil, "JOBSYS_TEST_AUTH_ENDPOINT is not set")
)
struct VerifiedSignatureTests {
    @Test("Any method, path, query and header is accepted when it is signed with the right key")
    func accepted() async throws {
        try await VerifyingEmulator.with { emulator in
            for skew in [-840, 0, 840] {
                let answer = try await listQueues(emulator, emulator.credentials, skew: Double(skew))
                #expect(answer.status == 200, "\(answer.text)")
            }
            let bucket = Emulator.uniqueName()
            let name = try #require(HTTPField.Name("X-Amz-Meta-Note"))
            for (method, path, expected) in [
                (.put, "/\(bucket)", 200), (.put, "/\(bucket)/a//b/../%C3%A9%20+%2F~c", 200),
                (.get, "/\(bucket)?prefix=a%2F&list-type=2&delimiter=", 200), (.delete, "/\(bucket)/a", 204),
            ] as [(HTTPRequest.Method, String, Int)] {
                let request = try VerifyingEmulator.request(method, path, [name: "  a   b\t c "])
                let signed = SigV4Signer(service: "s3", region: "us-east-1", dialect: .s3)
                    .sign(request, body: [], credentials: emulator.credentials, at: Date())
                let answer = try await emulator.send(signed)
                #expect(answer.status == expected, "\(method) \(path): \(answer.text)")
            }
        }
    }

    @Test("A wrong secret is refused, and so is a body that is not the one signed")
    func wrongSecret() async throws {
        try await VerifyingEmulator.with { emulator in
            var credentials = emulator.credentials
            credentials.secretAccessKey += "x"
            let wrong = try await listQueues(emulator, credentials)
            #expect(wrong.status == 403 && wrong.text.contains("SignatureDoesNotMatch"), "\(wrong.text)")
            let changed = try await listQueues(emulator, emulator.credentials, sent: #"{"MaxResults":1}"#)
            #expect(changed.status == 403 && changed.text.contains("SignatureDoesNotMatch"), "\(changed.text)")
        }
    }

    @Test("A clock that is off by more than 15 minutes is refused", arguments: [-960.0, 960.0])
    func skew(seconds: Double) async throws {
        try await VerifyingEmulator.with { emulator in
            let answer = try await listQueues(emulator, emulator.credentials, skew: seconds)
            let expected = seconds < 0 ? "Signature expired" : "Signature not yet current"
            #expect(answer.status == 403 && answer.text.contains(expected), "\(answer.text)")
        }
    }

    @Test("An unknown key and an unknown session token are refused")
    func unknown() async throws {
        try await VerifyingEmulator.with { emulator in
            var credentials = emulator.credentials
            credentials.sessionToken = "token"
            let token = try await listQueues(emulator, credentials)
            #expect(token.status == 403 && token.text.contains("InvalidClientTokenId"), "\(token.text)")
            let stranger = AWSCredentials(accessKeyID: "AKIAEXAMPLEEXAMPLE00", secretAccessKey: "secret")
            let key = try await listQueues(emulator, stranger)
            #expect(key.status == 403 && key.text.contains("InvalidClientTokenId"), "\(key.text)")
        }
    }

    @Test("The client gets through with the right key, and with a wrong one says what the service says")
    func client() async throws {
        try await VerifyingEmulator.with { emulator in
            let right = try await clientsCode(emulator, emulator.credentials)
            #expect(right == "QueueDoesNotExist")
            var credentials = emulator.credentials
            credentials.secretAccessKey += "x"
            let wrong = try await clientsCode(emulator, credentials)
            #expect(wrong == "SignatureDoesNotMatch")
        }
    }

    /// What the client says about a queue that is not there.
    private func clientsCode(_ emulator: VerifyingEmulator, _ credentials: AWSCredentials) async throws -> String? {
        let client = try emulator.client(StaticCredentials(credentials))
        let error = await #expect(throws: AWSError.self) {
            try await client.perform(SQS.GetQueueUrl(queueName: "none"))
        }
        return error?.code
    }

    private func listQueues(
        _ emulator: VerifyingEmulator,
        _ credentials: AWSCredentials,
        skew: Double = 0,
        sent: String = "{}"
    ) async throws -> (status: Int, text: String) {
        let signed = SigV4Signer(service: "sqs", region: "us-east-1")
            .sign(
                try VerifyingEmulator.sqs("ListQueues"),
                body: Array("{}".utf8),
                credentials: credentials,
                at: Date(timeIntervalSinceNow: skew)
            )
        return try await emulator.send(signed, body: Array(sent.utf8))
    }
}
