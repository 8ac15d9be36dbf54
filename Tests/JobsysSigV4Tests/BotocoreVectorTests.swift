import FoundationEssentials
import HTTPTypes
import JobsysJSON
import JobsysSigV4
import Testing

/// A request and what botocore made of it; `Vectors/generate.py` writes them.
struct BotocoreVector: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var request: HTTPRequest
    var body: [UInt8]
    var signer: SigV4Signer
    var credentials: AWSCredentials
    var date: Date
    var expected: [String: String]

    init(_ value: JSONValue) throws {
        testDescription = try #require(value["name"]?.stringValue)
        request = HTTPRequest(
            method: try #require(HTTPRequest.Method(rawValue: value["method"]?.stringValue ?? "")),
            scheme: try #require(value["scheme"]?.stringValue),
            authority: try #require(value["authority"]?.stringValue),
            path: try #require(value["path"]?.stringValue)
        )
        for header in try #require(value["headers"]?.arrayValue) {
            let name = try #require(HTTPField.Name(header[0]?.stringValue ?? ""))
            request.headerFields.append(HTTPField(name: name, value: try #require(header[1]?.stringValue)))
        }
        body = Array(try #require(value["body"]?.stringValue).utf8)
        signer = SigV4Signer(
            service: try #require(value["service"]?.stringValue),
            region: try #require(value["region"]?.stringValue),
            dialect: value["s3"] == true ? .s3 : .standard
        )
        credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: value["token"]?.stringValue
        )
        date = Date(timeIntervalSince1970: Double(try #require(value["at"]?.intValue)))
        expected = ["authorization": try #require(value["authorization"]?.stringValue)]
        for member in try #require(value["amz"]?.objectValue).members {
            expected[member.key] = member.value.stringValue
        }
    }

    static let all: [BotocoreVector] = {
        do {
            let document = try JSONValue(parsing: PackageResources.botocore_json)
            return try (document.arrayValue ?? []).map(BotocoreVector.init)
        } catch {
            Issue.record(error)
            return []
        }
    }()
}

@Suite("Signatures that botocore makes")
struct BotocoreVectorTests {
    @Test("There are vectors")
    func count() {
        #expect(BotocoreVector.all.count >= 40)
    }

    @Test("The Authorization and X-Amz headers are the same, character for character", arguments: BotocoreVector.all)
    func vector(vector: BotocoreVector) {
        let signed = vector.signer.sign(
            vector.request,
            body: vector.body,
            credentials: vector.credentials,
            at: vector.date
        )
        let names = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"]
        let fields = signed.headerFields.filter { names.contains($0.name.canonicalName) }
        let found = Dictionary(fields.map { ($0.name.canonicalName, $0.value) }) { "\($0) and \($1)" }
        #expect(found == vector.expected)
    }
}
