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
    let body: SigV4Signer.Body
    let signer: SigV4Signer
    let credentials: AWSCredentials
    let date: Date
    /// How long a presigned URL holds; nil for a signature in the header.
    let validity: Duration?
    let canonicalRequest: String
    let stringToSign: String
    /// The Authorization header or the presigned URL.
    let result: String

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
        body = value["unsigned"] == true ? .unsigned : .signed(Array(try text("body").utf8))
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
        validity = value["expires"]?.intValue.map { .seconds($0) }
        canonicalRequest = try text("canonicalRequest")
        stringToSign = try text("stringToSign")
        result = try text("result")
    }

    /// Where our signer differs first, from the canonical request on; nil where it does not.
    func difference() -> String? {
        let (signed, ours) = sign()
        let hash = canonicalRequest.split(separator: "\n").last.map(String.init) ?? ""
        let canonical = signer.canonicalRequest(of: signed, bodyHash: hash)
        let scope = stringToSign.split(separator: "\n").dropFirst(2).first.map(String.init) ?? ""
        let toSign = String(decoding: canonical.stringToSign(at: SigningTime(date), scope: scope), as: UTF8.self)
        return Self.difference("canonical request", canonical.text, canonicalRequest)
            ?? Self.difference("string to sign", toSign, stringToSign)
            ?? Self.difference(validity == nil ? "Authorization" : "URL", ours, result)
    }

    /// The request as it was signed, and the Authorization header or the URL.
    private func sign() -> (signed: HTTPRequest, result: String) {
        guard let validity else {
            let signed = signer.sign(request, body: body, credentials: credentials, at: date)
            return (signed, signed.headerFields[.authorization] ?? "")
        }
        var signed = signer.presign(request, credentials: credentials, at: date, validity: validity)
        let path = signed.path ?? ""
        let parameters = path.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Signature=") }
        signed.path = parameters.joined(separator: "&")
        return (signed, "\(request.scheme ?? "")://\(request.authority ?? "")\(path)")
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
