public import HTTPTypes
public import JobsysHTTP

/// One operation of a service, whatever protocol it speaks: what is sent and how the answer is read.
///
/// ``AWSOperation`` is the one for AWS JSON; the others are for the few services that speak something else.
public protocol WireOperation: Sendable {
    /// What the caller gets.
    associatedtype Output: Sendable

    /// The service that is asked.
    static var service: AWSService { get }

    /// The operation's name, such as `PutItem`.
    static var name: String { get }

    /// Whether requests are signed; a few operations carry a token instead and need no credentials.
    static var isSigned: Bool { get }

    /// The time that the service may wait on purpose before it answers; it is added to the request timeout.
    ///
    /// An operation that has any is a long poll: when the retry quota is used up it pauses before it fails.
    var extraTime: Duration { get }

    /// Whether doing it a second time does no harm although the first time is known to have succeeded.
    ///
    /// Only asked when a successful answer could not be read. A conditional write is not safe: it would fail
    /// against its own effect.
    var isSafeToRepeat: Bool { get }

    /// Whether the input may have the member `ReturnConsumedCapacity`, and the answer then says what was consumed.
    static var reportsConsumedCapacity: Bool { get }

    /// The request without what all requests have.
    func content() -> WireContent

    /// Whether all of this type's requests have the same method, path and header fields, so that they are written once.
    static var hasOneHead: Bool { get }

    /// The body of ``content()``; called once for all attempts.
    func body() -> [UInt8]

    /// Reads a successful answer.
    static func read(_ response: TransportResponse) throws -> Output

    /// Reads an error answer.
    static func failure(_ response: TransportResponse) -> AWSServiceFailure

    /// Compares an answer with the input, such as a digest; throws if they do not belong together.
    ///
    /// Where only a part of the answer does not, that part may be put right instead.
    func check(_ output: inout Output) throws(AWSAnswerError)

    /// Says whether an error answer is worth another attempt.
    static func verdict(on failure: AWSServiceFailure) -> RetryVerdict

    /// Turns an error answer that is a regular outcome into a value, such as a failed condition.
    static func recover(from failure: AWSServiceFailure) throws -> Output?
}

extension WireOperation {
    /// Signed.
    public static var isSigned: Bool { true }

    /// No.
    public static var hasOneHead: Bool { false }

    /// The body of the whole content.
    public func body() -> [UInt8] { content().body }

    /// No time beyond the request timeout.
    public var extraTime: Duration { .zero }

    /// Not safe, unless the operation says otherwise.
    public var isSafeToRepeat: Bool { false }

    /// Only some operations of DynamoDB do.
    public static var reportsConsumedCapacity: Bool { false }

    /// An error as AWS JSON and AWS REST JSON have it.
    public static func failure(_ response: TransportResponse) -> AWSServiceFailure { AWSServiceFailure(response) }

    /// Nothing to compare.
    public func check(_ output: inout Output) throws(AWSAnswerError) {}

    /// The verdict that holds for all services.
    public static func verdict(on failure: AWSServiceFailure) -> RetryVerdict { RetryVerdict(failure) }

    /// No error answer is a regular outcome.
    public static func recover(from failure: AWSServiceFailure) throws -> Output? { nil }
}

/// What an operation puts into its request.
public struct WireContent: Sendable, Redacted {
    /// The method.
    public var method: HTTPRequest.Method

    /// The path below the endpoint, with the query, percent-encoded.
    public var path: String

    /// Header fields of its own.
    public var fields: HTTPFields

    /// The body.
    public var body: [UInt8]

    /// Creates a content.
    public init(method: HTTPRequest.Method = .post, path: String = "/", fields: HTTPFields = [:], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.fields = fields
        self.body = body
    }
}
