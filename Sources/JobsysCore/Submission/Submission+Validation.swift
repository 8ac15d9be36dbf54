public import JobsysJSON
public import JobsysTime

/// What is wrong with one member of a document.
public struct FieldProblem: Sendable, Hashable {
    /// Where it is (RFC 6901).
    public var pointer: JSONPointer
    /// What is wrong and what was expected.
    public var message: String

    /// Makes a finding.
    public init(_ pointer: JSONPointer, _ message: String) {
        self.pointer = pointer
        self.message = message
    }
}

/// A submission that cannot be accepted.
public enum SubmissionError: Error, Sendable, Hashable {
    /// Members that are missing or wrong, every one of them.
    case invalid([FieldProblem])
    /// The payload is longer than ``Submission/payloadLimit``; says how long it is in bytes.
    case payloadTooLarge(bytes: Int)
}

extension Submission {
    /// Reads a submission from the document that a client sent, and names every problem at once.
    ///
    /// Members that nobody knows are refused: a misspelt option must not be dropped in silence.
    ///
    /// - Parameters:
    ///   - document: What the client sent.
    ///   - idempotencyKey: The client's key for it.
    ///   - tenant: Whose job it is.
    ///   - now: When it was sent; a start is bounded by it.
    /// - Throws: ``SubmissionError``.
    public init(
        document: JSONValue,
        idempotencyKey: String? = nil,
        tenant: String = Submission.defaultTenant,
        at now: Timestamp
    ) throws(SubmissionError) {
        guard let members = document.objectValue else {
            throw .invalid([FieldProblem(.root, "must be an object")])
        }
        let known = ["type", "payload", "maxAttempts", "orderingKey", "delaySeconds", "runAt"]
        var problems = members.keys.filter { !known.contains($0) }
            .map { FieldProblem(.root.appending($0), "is not a member that a job has") }
        let type = checkedType(members["type"], &problems)
        let maxAttempts = checkedMaxAttempts(members["maxAttempts"], &problems)
        let orderingKey = checkedOrderingKey(members["orderingKey"], &problems)
        let start = checkedStart(delay: members["delaySeconds"], instant: members["runAt"], at: now, &problems)
        let payload = members["payload"]
        if payload == nil {
            problems.append(FieldProblem(.root.appending("payload"), "is missing; any JSON value will do"))
        }
        guard problems.isEmpty, let payload else { throw .invalid(problems) }
        let size = payload.serialized().count
        guard size <= Self.payloadLimit else { throw .payloadTooLarge(bytes: size) }
        self.init(
            tenant: tenant,
            type: type,
            payload: payload,
            maxAttempts: maxAttempts,
            idempotencyKey: idempotencyKey,
            orderingKey: orderingKey,
            start: start
        )
    }
}

private func checkedType(_ value: JSONValue?, _ problems: inout [FieldProblem]) -> String {
    let pointer = JSONPointer.root.appending("type")
    guard let value else {
        problems.append(FieldProblem(pointer, "is missing; it names the handler that runs the job"))
        return ""
    }
    guard let text = value.stringValue, isJobTypeName(text) else {
        let rule = "must be a string of 1 to 64 of a-z, 0-9, '.', '_' and '-' that starts with a letter"
        problems.append(FieldProblem(pointer, rule))
        return ""
    }
    return text
}

private func checkedMaxAttempts(_ value: JSONValue?, _ problems: inout [FieldProblem]) -> Int? {
    let range = Submission.maxAttemptsRange
    guard let value else { return nil }
    guard let number = value.intValue, range.contains(number) else {
        let rule = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        problems.append(FieldProblem(.root.appending("maxAttempts"), rule))
        return nil
    }
    return number
}

/// The characters are those of a message group in SQS.
private func checkedOrderingKey(_ value: JSONValue?, _ problems: inout [FieldProblem]) -> String? {
    guard let value else { return nil }
    guard let text = value.stringValue, (1...Submission.orderingKeyLimit).contains(text.utf8.count),
        text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
        let rule = "must be a string of 1 to \(Submission.orderingKeyLimit) printable ASCII characters without spaces"
        problems.append(FieldProblem(.root.appending("orderingKey"), rule))
        return nil
    }
    return text
}

private func checkedStart(
    delay: JSONValue?,
    instant: JSONValue?,
    at now: Timestamp,
    _ problems: inout [FieldProblem]
) -> StartTime? {
    if let delay {
        if instant != nil {
            problems.append(FieldProblem(.root.appending("runAt"), "must be left out where delaySeconds is given"))
        }
        let limit = Int(Submission.delayLimit.components.seconds)
        guard let seconds = delay.intValue, (0...limit).contains(seconds) else {
            let rule = "must be a whole number from 0 to \(limit)"
            problems.append(FieldProblem(.root.appending("delaySeconds"), rule))
            return nil
        }
        return .after(.seconds(seconds))
    }
    guard let instant else { return nil }
    guard let time = instant.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else {
        let rule = "must be a time such as 2026-11-21T08:30:00Z (RFC 3339)"
        problems.append(FieldProblem(.root.appending("runAt"), rule))
        return nil
    }
    guard time <= now + Submission.delayLimit else {
        let days = Submission.delayLimit.components.seconds / 86400
        problems.append(FieldProblem(.root.appending("runAt"), "must be at most \(days) days ahead"))
        return nil
    }
    return .at(time)
}
