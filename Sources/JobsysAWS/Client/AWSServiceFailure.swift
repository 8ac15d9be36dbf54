import HTTPTypes
package import JobsysHTTP

/// An error answer, read as far as it could be read.
public struct AWSServiceFailure: Sendable {
    /// The HTTP status.
    public let status: Int

    /// The error's name without namespace, such as `ConditionalCheckFailedException`; `HTTP503` if none was sent.
    ///
    /// Up to 128 letters, digits, dots, hyphens and underscores, so that it is fit for a label.
    public let code: String

    /// The name to compare: services and emulators spell the same code in several ways.
    var name: ErrorName { ErrorName(code) }

    /// The error's name in the former query protocol, if the service sent it.
    public let legacyCode: String?

    /// The first line of the service's text, cut to 1000 characters; empty if there was none.
    ///
    /// The lines after it quote the request, where a service complains about a signature.
    public let message: String

    /// The id under which AWS knows the request.
    public let requestID: String?

    /// The answer's body, for the members that an error carries.
    public let body: [UInt8]

    /// The pause that the service asked for.
    let retryAfter: Duration?

    /// Reads an error answer; a body that is neither JSON nor XML leaves only the status and the headers.
    package init(_ response: TransportResponse) {
        let summary = ErrorBody(response.body)
        self.init(response, type: summary.type, message: summary.message)
    }

    /// An error answer whose body was read by somebody else.
    init(_ response: TransportResponse, type: String?, message text: String?) {
        status = response.status
        body = response.body
        requestID = response[.awsRequestID]
        legacyCode = response[.awsQueryError].flatMap { $0.split(separator: ";").first }.flatMap { Self.name($0) }
        let names = [type, response[.awsErrorType]].lazy.compactMap { $0.flatMap { Self.name($0[...]) } }
        let code = names.first ?? legacyCode
        self.code = code ?? "HTTP\(response.status)"
        let text = text ?? (code == nil ? Self.foreignAnswer(response) : "")
        message = String(text.prefix { !$0.isNewline }.prefix(1000))
        retryAfter = response[.awsRetryAfter].flatMap { Int($0) }.flatMap { $0 >= 0 ? .milliseconds($0) : nil }
    }

    /// Cuts `namespace#Code:http://...` to `Code`; nil if that is no name.
    private static func name(_ text: Substring) -> String? {
        let tail = text.split(separator: "#", omittingEmptySubsequences: false).last ?? ""
        let name = tail.prefix { $0 != ":" }
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isName && (1...128).contains(name.utf8.count) ? String(name) : nil
    }

    /// Says what came instead of an error of AWS: whoever looks into it should look at what is in between.
    private static func foreignAnswer(_ response: TransportResponse) -> String {
        guard !response.body.isEmpty else { return "" }
        let type = response[.contentType] ?? "without a content type"
        return "the answer is no error of AWS: \(response.body.count) bytes, \(type.prefix(100))"
    }
}

/// The name of an error as it is compared: without what services, emulators and protocols add to it or leave out.
///
/// `com.amazonaws.sqs#MessageNotInflight` and `AWS.SimpleQueueService.MessageNotInflight` are one error, and so are
/// `InvalidParameterValue` and `InvalidParameterValueException`. No error is known by a spelling alone.
struct ErrorName: Hashable, Sendable, ExpressibleByStringLiteral {
    private let stem: String

    init(_ text: String) {
        let start = text.lastIndex { $0 == "#" || $0 == "." }.map(text.index(after:)) ?? text.startIndex
        var stem = text[start...]
        while let suffix = Self.suffixes.first(where: { stem.hasSuffix($0) && stem.count > $0.count }) {
            stem.removeLast(suffix.count)
        }
        self.stem = String(stem)
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    private static let suffixes = ["Exception", "Error", "Fault"]
}
