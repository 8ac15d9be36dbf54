import HTTPTypes
public import JobsysHTTP
import JobsysSigV4

/// One operation of a service that speaks the query protocol: a form is sent, XML comes back.
///
/// Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
public protocol QueryOperation: WireOperation {
    /// What the caller gets.
    associatedtype Output

    /// The version of the service's interface, such as `2011-06-15`.
    static var version: String { get }

    /// The parameters besides `Action` and `Version`; those without a value are left out.
    var parameters: [(name: String, value: String?)] { get }

    /// Reads the element `<name>Result` of a successful answer.
    static func decode(_ result: QueryXMLElement) throws -> Output
}

extension QueryOperation {
    /// The parameters as a form.
    public func content() -> WireContent {
        let all = [("Action", Self.name), ("Version", Self.version)] + parameters
        let form = all.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
        return WireContent(
            fields: [.contentType: "application/x-www-form-urlencoded; charset=utf-8"],
            body: Array(form.joined(separator: "&").utf8)
        )
    }

    /// Reads the answer's XML.
    public static func read(_ response: TransportResponse) throws -> Output {
        guard let result = try XMLReader.read(response.body)["\(name)Result"] else {
            throw AWSAnswerError.missing("\(name)Result")
        }
        return try decode(result)
    }

    /// An error as the query protocol has it; one that is not XML leaves only the status and the headers.
    public static func failure(_ response: TransportResponse) -> AWSServiceFailure {
        let error = try? XMLReader.read(response.body)["Error"]
        return AWSServiceFailure(response, type: error?["Code"]?.text, message: error?["Message"]?.text)
    }
}

extension QueryXMLElement {
    /// The text of a child that has to be there.
    func required(_ name: String) throws(AWSAnswerError) -> String {
        guard let text = self[name]?.text, !text.isEmpty else { throw .missing(name) }
        return text
    }
}
