import JobsysCore
import JobsysJSON
import Testing

@Suite("Settlement")
struct SettlementTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var outcome: JobOutcome
        var attempt: Int
        var expected: Settlement

        init(_ outcome: JobOutcome, attempt: Int, _ expected: Settlement) {
            self.outcome = outcome
            self.attempt = attempt
            self.expected = expected
        }

        init(_ errorClass: ErrorClass, attempt: Int, retryAfter: Duration?, _ expected: (JobFailure) -> Settlement) {
            let failure = JobFailure(errorClass, "broken", retryAfter: retryAfter)
            self.init(.failed(failure), attempt: attempt, expected(failure))
        }

        var testDescription: String { "attempt \(attempt) of 4: \(outcome)" }
    }

    /// Drawn in the middle, so a backoff is half its bound: 1, 2, 4 seconds, and 5, 10, 20 for a rate limit.
    static let failures: [Row] = [
        Row(.validation, attempt: 1, retryAfter: nil) { .deadLetter($0) },
        Row(.validation, attempt: 3, retryAfter: nil) { .deadLetter($0) },
        Row(.validation, attempt: 4, retryAfter: nil) { .deadLetter($0) },
        Row(.validation, attempt: 1, retryAfter: .seconds(9)) { .deadLetter($0) },
        Row(.network, attempt: 1, retryAfter: nil) { .retry($0, after: .milliseconds(500)) },
        Row(.network, attempt: 3, retryAfter: nil) { .retry($0, after: .seconds(2)) },
        Row(.network, attempt: 4, retryAfter: nil) { .deadLetter($0) },
        Row(.rateLimit, attempt: 1, retryAfter: nil) { .retry($0, after: .milliseconds(2500)) },
        Row(.rateLimit, attempt: 3, retryAfter: nil) { .retry($0, after: .seconds(10)) },
        Row(.rateLimit, attempt: 4, retryAfter: nil) { .deadLetter($0) },
        Row(.rateLimit, attempt: 1, retryAfter: .seconds(90)) { .retry($0, after: .seconds(90)) },
        Row(.rateLimit, attempt: 1, retryAfter: .seconds(86400)) { .retry($0, after: .seconds(11 * 3600)) },
        Row(.rateLimit, attempt: 1, retryAfter: .zero) { .retry($0, after: .zero) },
        Row(.rateLimit, attempt: 1, retryAfter: .seconds(-5)) { .retry($0, after: .zero) },
        Row(.rateLimit, attempt: 4, retryAfter: .seconds(90)) { .deadLetter($0) },
        Row(.system, attempt: 1, retryAfter: nil) { .retry($0, after: .milliseconds(500)) },
        Row(.system, attempt: 2, retryAfter: nil) { .retry($0, after: .seconds(1)) },
        Row(.system, attempt: 4, retryAfter: nil) { .deadLetter($0) },
        Row(.system, attempt: 5, retryAfter: nil) { .deadLetter($0) },
        Row(.unknown, attempt: 1, retryAfter: nil) { .retry($0, after: .milliseconds(500)) },
        Row(.unknown, attempt: 3, retryAfter: nil) { .retry($0, after: .seconds(2)) },
        Row(.unknown, attempt: 4, retryAfter: nil) { .deadLetter($0) },
    ]

    static let others: [Row] = [1, 4]
        .flatMap { attempt in
            [
                Row(.succeeded(["answer": 42]), attempt: attempt, .complete(["answer": 42])),
                Row(.interrupted, attempt: attempt, .handBack),
                Row(.leaseLost, attempt: attempt, .leave),
            ]
        }

    @Test("Every outcome at every attempt has its one settlement", arguments: failures + others)
    func settlement(row: Row) {
        #expect(Settlement(of: row.outcome, attempt: row.attempt, maxAttempts: 4, draw: 0.5) == row.expected)
    }

    @Test("A job of one attempt is never retried", arguments: ErrorClass.allCases)
    func oneAttempt(errorClass: ErrorClass) {
        let failure = JobFailure(errorClass, "broken")
        #expect(Settlement(of: .failed(failure), attempt: 1, maxAttempts: 1, draw: 0) == .deadLetter(failure))
    }
}
