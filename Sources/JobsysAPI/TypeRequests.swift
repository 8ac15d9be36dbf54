import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysTime

/// What a request to pause a type says, checked.
struct PauseRequest {
    let pause: TypePause

    /// The longest text, in characters.
    private static let limits = ["reason": 500, "by": 100]

    /// Reads the body, if there is one.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader, at now: Timestamp) async throws {
        guard let document = try await reader.document(of: request) else {
            pause = TypePause(at: now)
            return
        }
        var problems = document.unknownMembers(known: Array(Self.limits.keys), of: "pause")
        func text(_ name: String) -> String? {
            guard let value = document[name], !value.isNull else { return nil }
            let limit = Self.limits[name] ?? 0
            guard let text = value.stringValue, (1...limit).contains(text.count) else {
                problems.append(FieldProblem(.root.appending(name), "must be a string of 1 to \(limit) characters"))
                return nil
            }
            return text
        }
        pause = TypePause(at: now, by: text("by"), reason: text("reason"))
        guard problems.isEmpty else { throw Problem(members: problems, of: "pause") }
    }
}

/// What a request to limit a type says, checked.
struct LimitsRequest {
    let rate: LimitChange
    let concurrency: LimitChange

    /// Reads the body.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader) async throws {
        try self.init(document: try await reader.document(of: request) ?? .object([:]))
    }

    /// Checks a document.
    ///
    /// - Throws: ``Problem`` with 422.
    init(document: JSONValue) throws(Problem) {
        var problems = document.unknownMembers(known: ["rate", "concurrency"], of: "limit")
        func change(_ name: String, _ range: ClosedRange<Int>) -> LimitChange {
            guard let value = document[name] else { return .keep }
            guard !value.isNull else { return .remove }
            guard let number = value.intValue, range.contains(number) else {
                let rule = "must be a whole number from \(range.lowerBound) to \(range.upperBound), or null"
                problems.append(FieldProblem(.root.appending(name), rule))
                return .keep
            }
            return .set(number)
        }
        rate = change("rate", TypeLimits.rateRange)
        concurrency = change("concurrency", TypeLimits.concurrencyRange)
        if problems.isEmpty, rate == .keep, concurrency == .keep {
            problems.append(FieldProblem(.root, "must have rate, concurrency or both"))
        }
        guard problems.isEmpty else { throw Problem(members: problems, of: "limit") }
    }
}

extension BodyReader {
    /// Reads a body that is a small object, or none.
    func document(of request: Request) async throws -> JSONValue? {
        let bytes = try await bytes(of: request)
        guard !bytes.isEmpty else { return nil }
        try JSONBody.checkMediaType(request.headers)
        return try JSONBody.object(bytes, limit: documentLimit)
    }
}

extension JSONValue {
    /// The members that nobody knows: a misspelt one must not be dropped in silence.
    func unknownMembers(known: [String], of thing: String) -> [FieldProblem] {
        (objectValue?.keys ?? []).filter { !known.contains($0) }
            .map { FieldProblem(.root.appending($0), "is not a member that a \(thing) has") }
    }
}

extension Problem {
    /// Makes the problem of a document of which members are wrong.
    init(members problems: [FieldProblem], of thing: String) {
        self.init(.unprocessableContent, "Members of the \(thing) are missing or wrong.", errors: problems)
    }
}
