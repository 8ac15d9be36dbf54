import JobsysJSON

/// The code that runs jobs of one type.
///
/// ```swift
/// struct Resize: Codable, Sendable { var url: String }
///
/// extension JobName<Resize> {
///     static var resize: Self { JobName("image.resize") }
/// }
///
/// struct ResizeHandler: JobHandler {
///     let name = JobName.resize
///
///     func run(_ parameters: Resize, in context: JobContext) async throws -> [String: Int] {
///         ["width": 640]
///     }
/// }
/// ```
///
/// At least once, not exactly once: a worker may die after the work and before the record of it, and then the job runs
/// again. A handler must stand that, by being idempotent or by using ``JobContext/jobID`` as a key downstream.
public protocol JobHandler<Parameters, Output>: Sendable {
    /// What the handler is given, decoded from the job's payload; `JSONValue` takes the payload as it is.
    ///
    /// Dates are in ISO 8601. A payload that cannot be decoded fails the job with class `VALIDATION`, and it is not tried
    /// again.
    associatedtype Parameters: Codable & Sendable

    /// What a success answers, which is the job's result: `Encodable`, or `Void` for none.
    associatedtype Output: Sendable

    /// The job type.
    var name: JobName<Parameters> { get }

    /// How its jobs are retried, limited and kept; ``JobPolicy/standard`` by default.
    var policy: JobPolicy { get }

    /// Runs a job once: what it returns is the job's result.
    ///
    /// A thrown ``JobFailure`` is that failure; any other error is one of class `UNKNOWN`. When the task is cancelled the
    /// worker is stopping, has lost its lease, or the job's time is up: return or throw soon. Whatever is thrown then is an
    /// interruption, which costs no attempt. A handler that goes on all the same holds up the worker's stop, and what
    /// it returns is recorded only if the lease is still its own.
    func run(_ parameters: Parameters, in context: JobContext) async throws -> Output
}

extension JobHandler {
    /// The standard one.
    public var policy: JobPolicy { .standard }
}

/// A job type's name, with the type of its parameters.
///
/// It is what whoever submits jobs and whoever runs them share:
///
/// ```swift
/// extension JobName<Resize> {
///     static var resize: Self { JobName("image.resize") }
/// }
/// ```
public struct JobName<Parameters: Codable & Sendable>: Sendable, Hashable, CustomStringConvertible {
    /// The name, as clients send it in `type`.
    public let description: String

    /// Makes a name.
    ///
    /// It has 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, a letter first; any other text stops the program.
    public init(_ name: String) {
        precondition(isJobTypeName(name), "\(name) cannot name a job type")
        description = name
    }
}

/// Whether a text may name a job type: short, and safe in a metric's label, a log and a URL.
package func isJobTypeName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 64 else { return false }
    return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || ".-_".utf8.contains($0) }
}

private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}

private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
