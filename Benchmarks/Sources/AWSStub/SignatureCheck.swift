import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysSigV4

/// Refuses what is not signed as AWS would have it, by signing it once more; for the keys `test` and `test` in `us-east-1`.
struct SignatureCheck {
    private let credentials = AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
    private let dynamoDB = SigV4Signer(service: "dynamodb", region: "us-east-1")
    private let sqs = SigV4Signer(service: "sqs", region: "us-east-1")

    /// What tables and queues are made with needs no signature.
    private static let unsigned = ["DynamoDB_20120810.CreateTable", "DynamoDB_20120810.DeleteTable", "AmazonSQS.CreateQueue"]

    func passes(_ request: StubRequest) -> Bool {
        if request.target.hasPrefix("Stub.") || Self.unsigned.contains(request.target) { return true }
        var given = HTTPRequest(method: .post, scheme: "http", authority: nil, path: "/")
        var fields: [(name: String, value: String)] = []
        for line in String(decoding: request.head, as: UTF8.self).split(separator: "\r\n").dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return false }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            fields.append((line[..<colon].lowercased(), String(value)))
        }
        guard let authorization = fields.first(where: { $0.name == "authorization" })?.value,
            let names = authorization.split(separator: "SignedHeaders=").last?.split(separator: ",").first,
            let date = fields.first(where: { $0.name == "x-amz-date" }).flatMap({ Self.date($0.value) })
        else { return false }
        let signed = names.split(separator: ";").map(String.init)
        for field in fields where signed.contains(field.name) {
            if field.name == "host" {
                given.authority = field.value
            } else if let name = HTTPField.Name(field.name) {
                given.headerFields.append(HTTPField(name: name, value: field.value))
            }
        }
        let signer = request.target.hasPrefix("AmazonSQS") ? sqs : dynamoDB
        let again = signer.sign(given, body: request.body, credentials: credentials, at: date)
        return again.headerFields[.authorization] == authorization
    }

    private static func date(_ text: String) -> Date? {
        var time = tm()
        guard strptime(text, "%Y%m%dT%H%M%SZ", &time) != nil else { return nil }
        return Date(timeIntervalSince1970: TimeInterval(timegm(&time)))
    }
}
