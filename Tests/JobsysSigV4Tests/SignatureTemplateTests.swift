import FoundationEssentials
import HTTPTypes
import JobsysSigV4
import Testing

@Suite struct SignatureTemplateTests {
    private static let start = Date(timeIntervalSince1970: 1_767_225_600)
    private static let id = HTTPField.Name("amz-sdk-invocation-id")

    private static func request(id text: String, target: String = "DynamoDB_20120810.PutItem") throws -> HTTPRequest {
        var request = HTTPRequest(
            method: .post,
            scheme: "https",
            authority: "dynamodb.eu-central-1.amazonaws.com",
            path: "/"
        )
        request.headerFields = [.contentType: "application/x-amz-json-1.0"]
        request.headerFields[try #require(HTTPField.Name("X-Amz-Target"))] = target
        request.headerFields[try #require(id)] = text
        return request
    }

    @Test(
        "A template signs as the general signer does, whatever the body, the text, the second and the token",
        arguments: [nil, "a token", String(repeating: "token/", count: 300)],
        0..<8
    )
    func agrees(token: String?, number: Int) throws {
        let signer = SigV4Signer(service: number % 2 == 0 ? "dynamodb" : "sqs", region: "eu-central-1")
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: token
        )
        let first = try Self.request(id: "00000000-0000-0000-0000-000000000000")
        let varying = try #require(Self.id)
        let template = try #require(
            SignatureTemplate(
                of: first,
                varying: varying,
                signer: signer,
                credentials: credentials,
                at: Self.start
            )
        )
        let sent = Self.start + Double(number * 11_345)
        let text = "\(number)2345678-90ab-cdef-0123-456789abcdef"
        let body = Array(String(repeating: "{}", count: number * 300).utf8)
        let expected = signer.sign(try Self.request(id: text), body: body, credentials: credentials, at: sent)
        let found = template.sign(body, text, at: sent) { ($0, String(decoding: $1, as: UTF8.self)) }
        let whole = try #require(found)
        #expect(expected.headerFields[.authorization]?.hasSuffix("Signature=\(whole.1)") == true)
        #expect(whole.1.count == 64)
        let date = try #require(HTTPField.Name("X-Amz-Date"))
        #expect(expected.headerFields[date] == whole.0)
    }

    @Test("A template is for its day and for texts of its length alone")
    func limits() throws {
        let signer = SigV4Signer(service: "sqs", region: "us-east-1")
        let credentials = AWSCredentials(accessKeyID: "A", secretAccessKey: "B")
        let name = try #require(Self.id)
        let first = try Self.request(id: "one")
        let template = try #require(
            SignatureTemplate(
                of: first,
                varying: name,
                signer: signer,
                credentials: credentials,
                at: Self.start
            )
        )
        #expect(template.sign([], "two", at: Self.start + 86_399) { _, _ in true } == true)
        #expect(template.sign([], "two", at: Self.start + 86_400) { _, _ in true } == nil)
        #expect(template.sign([], "two", at: Self.start - 1) { _, _ in true } == nil)
        #expect(template.sign([], "three", at: Self.start) { _, _ in true } == nil)
    }

    @Test("What states the hash of its body, or has no field that differs, has no template")
    func refused() throws {
        let credentials = AWSCredentials(accessKeyID: "A", secretAccessKey: "B")
        let name = try #require(Self.id)
        let request = try Self.request(id: "one")
        var other = request
        other.headerFields[name] = nil
        var stated = request
        stated.headerFields[try #require(HTTPField.Name("X-Amz-Content-Sha256"))] = "UNSIGNED-PAYLOAD"
        let standard = SigV4Signer(service: "sqs", region: "us-east-1")
        let s3 = SigV4Signer(service: "s3", region: "us-east-1", dialect: .s3)
        for (request, signer) in [(request, s3), (other, standard), (stated, standard)] {
            let template = SignatureTemplate(
                of: request,
                varying: name,
                signer: signer,
                credentials: credentials,
                at: Self.start
            )
            #expect(template == nil)
        }
    }
}
