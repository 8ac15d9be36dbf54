import FoundationEssentials
import HTTPTypes
import JobsysJSON
import JobsysSigV4
import Testing

/// A request that `oracle.py` made up, and what botocore made of it.
struct OracleCase {
    /// What `oracle.py` has written.
    static let file = ProcessInfo.processInfo.environment["JOBSYS_SIGNATURES"]

    let request: HTTPRequest
    let body: [UInt8]
    let signer: SigV4Signer
    let credentials: AWSCredentials
    let date: Date
    let canonicalRequest: String
    let stringToSign: String
    /// The Authorization header.
    let authorization: String

    init(_ value: JSONValue) throws {
        func text(_ name: String) throws -> String { try #require(value[name]?.stringValue) }
        var request = HTTPRequest(
            method: try #require(HTTPRequest.Method(rawValue: text("method"))),
            scheme: try text("scheme"),
            authority: try text("authority"),
            path: try text("path")
        )
        for header in try #require(value["headers"]?.arrayValue) {
            let name = try #require(HTTPField.Name(header[0]?.stringValue ?? ""))
            request.headerFields.append(HTTPField(name: name, value: try #require(header[1]?.stringValue)))
        }
        self.request = request
        body = Array(try text("body").utf8)
        signer = SigV4Signer(
            service: try text("service"),
            region: try text("region"),
            dialect: value["s3"] == true ? .s3 : .standard
        )
        credentials = AWSCredentials(
            accessKeyID: try text("accessKeyID"),
            secretAccessKey: try text("secret"),
            sessionToken: value["token"]?.stringValue
        )
        date = Date(timeIntervalSince1970: Double(try #require(value["at"]?.intValue)))
        canonicalRequest = try text("canonicalRequest")
        stringToSign = try text("stringToSign")
        authorization = try text("authorization")
    }

    /// Where our signer differs first, from the canonical request on; nil where it does not.
    func difference() -> String? {
        let signed = signer.sign(request, body: body, credentials: credentials, at: date)
        let ours = signed.headerFields[.authorization] ?? ""
        let hash = canonicalRequest.split(separator: "\n").last.map(String.init) ?? ""
        let canonical = signer.canonicalRequest(of: signed, bodyHash: hash)
        let scope = stringToSign.split(separator: "\n").dropFirst(2).first.map(String.init) ?? ""
        let toSign = String(decoding: canonical.stringToSign(at: SigningTime(date), scope: scope), as: UTF8.self)
        return Self.difference("canonical request", canonical.text, canonicalRequest)
            ?? Self.difference("string to sign", toSign, stringToSign)
            ?? Self.difference("Authorization", ours, authorization)
    }

    /// The first line that differs, from the first character on that does.
    private static func difference(_ name: String, _ ours: String, _ botocores: String) -> String? {
        guard ours != botocores else { return nil }
        let (ours, botocores) = (lines(ours), lines(botocores))
        let count = zip(ours, botocores).prefix { $0 == $1 }.count
        let (our, their) = (count < ours.count ? ours[count] : "", count < botocores.count ? botocores[count] : "")
        let start = zip(our, their).prefix { $0 == $1 }.count
        return "\(name), line \(count + 1), from character \(start + 1) on: "
            + "ours \"\(our.dropFirst(start))\", botocore's \"\(their.dropFirst(start))\""
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
