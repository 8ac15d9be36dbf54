import FoundationEssentials
import HTTPTypes
import JobsysSigV4
import Testing

@Suite("Dialects of signing")
struct DialectTests {
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

    @Test("A path stays as it is where the dialect says so")
    func dialects() {
        let signer = SigV4Signer(service: "s", region: "r", dialect: .init(normalizesPath: false))
        var request = object
        request.path = "/a/./../b//%20"
        let signed = signer.sign(request, body: [], credentials: credentials, at: date)
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
