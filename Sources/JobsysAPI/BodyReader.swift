import HTTPTypes
import Hummingbird
import JobsysCore
import NIOCore

/// Reads a request's whole body, as far as it is allowed to be long and slow.
struct BodyReader: Sendable {
    /// The longest body, in bytes; never more than this is held.
    var limit: Int
    /// The longest document in it, in bytes of compact JSON.
    var documentLimit: Int
    /// How long the whole body may take to arrive.
    var deadline: Duration
    /// Tells when it has come.
    let alarms: AlarmClock

    /// Makes a reader.
    init(_ options: APIOptions) {
        limit = options.bodyLimit
        documentLimit = options.documentLimit
        deadline = options.bodyDeadline
        alarms = AlarmClock(options.clock)
    }

    /// Reads the body.
    ///
    /// - Throws: ``Problem``: 413 (from `Content-Length` alone, before anything is read, or at the limit), 408, or 400
    ///   for a body that breaks off. `CancellationError` when the service stops.
    func bytes(of request: Request) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
            throw Problem.bodyTooLarge(limit: limit)
        }
        let reading = Task(executorPreference: Workplace.executor) { try await read(request.body) }
        let alarm = alarms.set(after: deadline) { reading.cancel() }
        defer { alarms.cancel(alarm) }
        do {
            return try await withTaskCancellationHandler {
                try await reading.value
            } onCancel: {
                reading.cancel()
            }
        } catch is CancellationError where !Task.isCancelled {
            throw Problem(.requestTimeout, "The body took longer than \(deadline) to arrive.")
        }
    }

    private func read(_ body: RequestBody) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                guard chunk.readableBytes <= limit - bytes.count else { throw Problem.bodyTooLarge(limit: limit) }
                bytes.append(contentsOf: chunk.readableBytesView)
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            try Task.checkCancellation()
            // The client hung up or does not speak HTTP: there is no third thing that fails here.
            throw Problem(.badRequest, "The body breaks off or is not framed as HTTP wants it.")
        }
        try Task.checkCancellation()
        return bytes
    }
}
