import FoundationEssentials
import HTTPTypes
import JobsysHashing
import JobsysSigV4
import Testing

@Suite("Signing")
struct SigV4SignerTests {
    let credentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )
    let date = Date(timeIntervalSince1970: 1_440_938_160)

    private var listUsers: HTTPRequest {
        HTTPRequest(
            method: .get,
            scheme: "https",
            authority: "iam.amazonaws.com",
            path: "/?Action=ListUsers&Version=2010-05-08",
            headerFields: [.contentType: "application/x-www-form-urlencoded; charset=utf-8"]
        )
    }

    @Test("The worked example of the AWS documentation comes out, stage by stage")
    func documentation() {
        let signer = SigV4Signer(service: "iam", region: "us-east-1")
        let signed = signer.sign(listUsers, body: [], credentials: credentials, at: date)
        #expect(
            signed.headerFields.map { "\($0.name): \($0.value)" } == [
                "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
                "X-Amz-Date: 20150830T123600Z",
                "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-date, "
                    + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            ]
        )
        let canonical = signer.canonicalRequest(of: signed, bodyHash: SHA256.hexHash(""))
        #expect(
            canonical.text == """
                GET
                /
                Action=ListUsers&Version=2010-05-08
                content-type:application/x-www-form-urlencoded; charset=utf-8
                host:iam.amazonaws.com
                x-amz-date:20150830T123600Z

                content-type;host;x-amz-date
                e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
                """
        )
        let toSign = canonical.stringToSign(at: SigningTime(date), scope: "20150830/us-east-1/iam/aws4_request")
        #expect(
            String(decoding: toSign, as: UTF8.self) == """
                AWS4-HMAC-SHA256
                20150830T123600Z
                20150830/us-east-1/iam/aws4_request
                f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59
                """
        )
    }

    @Test("The key is derived anew when the day or the secret changes, and signing again gives the same")
    func cache() {
        let signer = SigV4Signer(service: "iam", region: "us-east-1")
        var other = credentials
        other.secretAccessKey = "other"
        let first = signer.sign(listUsers, body: [], credentials: credentials, at: date)
        let otherSecret = signer.sign(listUsers, body: [], credentials: other, at: date)
        let otherDay = signer.sign(listUsers, body: [], credentials: credentials, at: date.addingTimeInterval(86_400))
        let fresh = SigV4Signer(service: "iam", region: "us-east-1")
        #expect(first != otherSecret)
        #expect(
            otherDay == fresh.sign(listUsers, body: [], credentials: credentials, at: date.addingTimeInterval(86_400))
        )
        #expect(signer.sign(listUsers, body: [], credentials: credentials, at: date) == first)
        // A retry signs what has been signed before.
        #expect(signer.sign(first, body: [], credentials: credentials, at: date) == first)
    }

    @Test("More days and secrets than the cache holds are signed right, again and again")
    func cacheOverflow() {
        let signer = SigV4Signer(service: "iam", region: "us-east-1")
        for round in 0..<20 {
            var other = credentials
            other.secretAccessKey = "secret \(round % 7)"
            let time = date.addingTimeInterval(Double(round % 3) * 86_400)
            let fresh = SigV4Signer(service: "iam", region: "us-east-1")
            let expected = fresh.sign(listUsers, body: [], credentials: other, at: time)
            #expect(signer.sign(listUsers, body: [], credentials: other, at: time) == expected)
        }
    }

    @Test("A token of older credentials does not stay on the request")
    func staleToken() {
        let signer = SigV4Signer(service: "iam", region: "us-east-1")
        var temporary = credentials
        temporary.sessionToken = "token"
        let first = signer.sign(listUsers, body: [], credentials: temporary, at: date)
        #expect(first.headerFields.contains { $0.value == "token" })
        let second = signer.sign(first, body: [], credentials: credentials, at: date)
        #expect(second == signer.sign(listUsers, body: [], credentials: credentials, at: date))
    }

    @Test("What a caller left bare in a query is signed encoded, as the service will have it")
    func bareQuery() {
        let signer = SigV4Signer(service: "s", region: "r")
        let request = HTTPRequest(
            method: .get,
            scheme: "https",
            authority: "h",
            path: "/?u=a/b:c&p=100%&e=%2F&l=%7e%41%2f"
        )
        let lines = signer.canonicalRequest(of: request, bodyHash: "").text.split(separator: "\n")
        #expect(lines[2] == "e=%2F&l=~A%2F&p=100%25&u=a%2Fb%3Ac")
    }

    @Test(
        "Times are spelt in UTC, also before 1970",
        arguments: [
            (0, "19700101T000000Z"), (-1, "19691231T235959Z"), (951_782_400, "20000229T000000Z"),
            (1_709_251_199, "20240229T235959Z"), (4_107_542_400, "21000301T000000Z"),
            (1_440_938_160.999, "20150830T123600Z"),
        ] as [(Double, String)]
    )
    func times(seconds: Double, expected: String) {
        let time = SigningTime(Date(timeIntervalSince1970: seconds))
        #expect(time.instant == expected)
        #expect(time.day == String(expected.prefix(8)))
    }

    @Test("Secrets do not show when credentials are printed")
    func redaction() {
        var secret = credentials
        secret.sessionToken = "session-token"
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(Optional(secret) as Any)"] {
            #expect(text.contains("AKIDEXAMPLE"))
            #expect(!text.contains("wJalr"))
            #expect(!text.contains("session-token"))
        }
    }
}
