public import JSON

/// One operation of a service that speaks AWS JSON: its input, how it is written and how its answer is read.
public protocol AWSOperation<Output>: Sendable {
    /// What the caller gets.
    associatedtype Output: Sendable

    /// The service that is asked.
    static var service: AWSService { get }

    /// The operation's name in `X-Amz-Target`, such as `PutItem`.
    static var name: String { get }

    /// The time that the service may wait on purpose before it answers; it is added to the request timeout.
    ///
    /// An operation that has any is a long poll: when the retry quota is used up it pauses before it fails.
    var extraTime: Duration { get }

    /// Whether doing it a second time does no harm although the first time is known to have succeeded.
    ///
    /// Only asked when a successful answer could not be read. A conditional write is not safe: it would fail
    /// against its own effect.
    var isSafeToRepeat: Bool { get }

    /// Writes the input as one JSON object; called once for all attempts.
    func encode(to writer: inout JSONWriter)

    /// Reads the answer, one JSON value; unknown members are to be skipped.
    static func decode(_ reader: inout JSONReader) throws -> Output

    /// Compares an answer with the input, such as a digest; throws if they do not belong together.
    func check(_ output: Output) throws(AWSAnswerError)

    /// Says whether an error answer is worth another attempt.
    static func verdict(on failure: AWSServiceFailure) -> RetryVerdict

    /// Turns an error answer that is a regular outcome into a value, such as a failed condition.
    static func recover(from failure: AWSServiceFailure) throws -> Output?
}

extension AWSOperation {
    /// No time beyond the request timeout.
    public var extraTime: Duration { .zero }

    /// Not safe, unless the operation says otherwise.
    public var isSafeToRepeat: Bool { false }

    /// Nothing to compare.
    public func check(_ output: Output) throws(AWSAnswerError) {}

    /// The verdict that holds for all services.
    public static func verdict(on failure: AWSServiceFailure) -> RetryVerdict { RetryVerdict(failure) }

    /// No error answer is a regular outcome.
    public static func recover(from failure: AWSServiceFailure) throws -> Output? { nil }
}

extension AWSOperation where Output == Void {
    /// Reads an answer that says nothing more.
    public static func decode(_ reader: inout JSONReader) throws { try reader.skipValue() }
}
