package import CurlHTTP
import HTTPTypes
import JSON

/// An error answer, read as far as it could be read.
public struct AWSServiceFailure: Sendable {
    /// The HTTP status.
    public let status: Int

    /// The error's name without namespace, such as `ConditionalCheckFailedException`; `HTTP503` if none was sent.
    public let code: String

    /// The error's name in the former query protocol, if the service sent it.
    public let legacyCode: String?

    /// The service's text, cut to 1000 characters; empty if there was none.
    public let message: String

    /// The id under which AWS knows the request.
    public let requestID: String?

    /// The answer's body, for the members that an error carries.
    public let body: [UInt8]

    /// The pause that the service asked for.
    let retryAfter: Duration?

    /// Reads an error answer; a body that is not JSON leaves only the status and the headers.
    package init(_ response: TransportResponse) {
        let summary = ErrorBody(response.body)
        self.init(response, type: summary.type, message: summary.message)
    }

    /// An error answer whose body was read by somebody else.
    init(_ response: TransportResponse, type: String?, message text: String?) {
        let fields = response.head.headerFields
        status = response.status
        body = response.body
        requestID = fields[.awsRequestID]
        legacyCode = fields[.awsQueryError].flatMap { $0.split(separator: ";").first.map(String.init) }
        let name = type ?? fields[.awsErrorType]
        code = name.map(Self.shortName) ?? "HTTP\(response.status)"
        message = String((text ?? "").prefix(1000))
        retryAfter = fields[.awsRetryAfter].flatMap { Int($0) }.flatMap { $0 >= 0 ? .milliseconds($0) : nil }
    }

    /// Cuts `namespace#Code:http://...` to `Code`.
    private static func shortName(_ name: String) -> String {
        let tail = name.split(separator: "#", omittingEmptySubsequences: false).last ?? ""
        return String(tail.prefix { $0 != ":" }.prefix(128))
    }
}

private struct ErrorBody {
    var type: String?
    var message: String?

    init(_ body: [UInt8]) {
        guard body.first == UInt8(ascii: "{") else { return }
        var reader = JSONReader(body)
        // Proxies answer with HTML or half a document; then the status has to speak for itself.
        try? reader.readMembers { reader, key throws(JSONError) in
            guard try reader.peekKind() == .string else { return }
            switch key {
            case "__type": type = try reader.readString()
            case "code" where type == nil: type = try reader.readString()
            case "message", "Message": message = try reader.readString()
            default: break
            }
        }
    }
}
