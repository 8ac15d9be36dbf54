import FoundationEssentials
import HTTPTypes
import JobsysSigV4
import Testing

@Suite("Presigned URLs and dialects")
struct PresigningTests {
    let credentials = AWSCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    )
    let date = Date(timeIntervalSince1970: 1_369_353_600)
    let object = HTTPRequest(
        method: .get,
        scheme: "https",
        authority: "examplebucket.s3.amazonaws.com",
        path: "/test.txt"
    )

    @Test("The worked example of the S3 documentation comes out")
    func documentation() {
        let signer = SigV4Signer(service: "s3", region: "us-east-1", dialect: .s3)
        let signed = signer.presign(object, credentials: credentials, at: date, validity: .seconds(86_400))
        #expect(
            signed.path == "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        )
        #expect(signed.headerFields.isEmpty)
    }

    @Test("Signing a URL again replaces the old signature and the fields of a signed request")
    func again() {
        let signer = SigV4Signer(service: "s3", region: "us-east-1", dialect: .s3)
        var temporary = credentials
        temporary.sessionToken = "token"
        let first = signer.presign(object, credentials: temporary, at: date, validity: .seconds(1))
        #expect(first.path?.contains("&X-Amz-Security-Token=token&") == true)
        let expected = signer.presign(object, credentials: credentials, at: date, validity: .seconds(60))
        #expect(signer.presign(first, credentials: credentials, at: date, validity: .seconds(60)) == expected)

        let standard = SigV4Signer(service: "sqs", region: "us-east-1")
        let inHeader = standard.sign(object, body: [], credentials: temporary, at: date)
        let plain = standard.presign(object, credentials: credentials, at: date, validity: .milliseconds(59_001))
        #expect(standard.presign(inHeader, credentials: credentials, at: date, validity: .seconds(60)) == plain)
    }

    @Test("Repeated parameters stay, bare ones are encoded, and stray ampersands go")
    func query() {
        var request = object
        request.path = "?b=2&&b=1&acl&u=a/b&"
        let signer = SigV4Signer(service: "sqs", region: "us-east-1")
        let signed = signer.presign(request, credentials: credentials, at: date, validity: .seconds(60))
        #expect(signed.path?.hasPrefix("/?b=2&b=1&acl=&u=a%2Fb&X-Amz-Algorithm=") == true)
    }

    @Test("A token that is not signed changes no signature, and is sent all the same")
    func unsignedToken() {
        let signer = SigV4Signer(service: "iotdata", region: "us-east-1", dialect: .init(signsSessionToken: false))
        var temporary = credentials
        temporary.sessionToken = "to/ken"
        let plain = signer.presign(object, credentials: credentials, at: date, validity: .seconds(60)).path
        let signed = signer.presign(object, credentials: temporary, at: date, validity: .seconds(60)).path
        #expect(signed == plain?.replacing("&X-Amz-Signature", with: "&X-Amz-Security-Token=to%2Fken&X-Amz-Signature"))
        let inHeader = signer.sign(object, body: [], credentials: temporary, at: date).headerFields
        let plainInHeader = signer.sign(object, body: [], credentials: credentials, at: date).headerFields
        #expect(inHeader[.authorization] == plainInHeader[.authorization])
        #expect(inHeader.contains { $0.value == "to/ken" })
    }

    @Test("An unsigned body is announced, and a path stays as it is where the dialect says so")
    func dialects() {
        let signer = SigV4Signer(service: "s", region: "r", dialect: .init(normalizesPath: false))
        var request = object
        request.path = "/a/./../b//%20"
        let signed = signer.sign(request, body: .unsigned, credentials: credentials, at: date)
        #expect(signed.headerFields.contains { $0.value == "UNSIGNED-PAYLOAD" })
        let lines = signer.canonicalRequest(of: signed, bodyHash: "").text.split(separator: "\n")
        #expect(lines[1] == "/a/./../b//%2520")
    }

    @Test("WebSocket handshakes and user names in the authority are not signed")
    func unsigned() throws {
        var request = object
        let key = try #require(HTTPField.Name("Sec-WebSocket-Key"))
        let signer = SigV4Signer(service: "s", region: "r")
        let plain = signer.sign(request, body: [], credentials: credentials, at: date).headerFields[.authorization]
        request.headerFields[key] = "abc"
        request.authority = "user:p@ss@EXAMPLEBUCKET.s3.amazonaws.com:443"
        #expect(
            signer.sign(request, body: [], credentials: credentials, at: date).headerFields[.authorization] == plain
        )
    }
}
