import FoundationEssentials
import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

/// One cell of the table of settlements: a finding, what is known beside it, and how the table of the documentation calls it.
struct SettlementRow: CustomTestStringConvertible, Sendable {
    var name: String
    var finding: Finding
    var attempt: Int?
    var receives = 1
    var limits = QueueLimits.standardSample
    /// How long ago the job was accepted, and since when its message waits.
    var age: Duration = .seconds(10)
    var expected: Settlement

    var testDescription: String { name }

    /// A draw in the middle halves every backoff.
    var facts: Settlement.Facts {
        let job = attempt.map { attempt in
            var job = Job.sample(type: "task", at: .sample + (.zero - age))
            job.status = .running
            job.attempts = attempt
            job.startedAt = .sample + .seconds(-5)
            return job
        }
        return Settlement.Facts(
            job: job,
            receives: receives,
            waitingSince: .sample + (.zero - age),
            limits: limits,
            now: .sample,
            draw: 0.5
        )
    }
}

extension QueueLimits {
    /// As a standard queue of SQS has them.
    static let standardSample = QueueLimits(
        longestDelay: .seconds(900),
        longestInvisibility: .seconds(43200),
        receives: 10,
        batch: 10,
        keepsOrder: false
    )
    /// As a FIFO queue of SQS has them.
    static let orderedSample = QueueLimits(
        longestDelay: .zero,
        longestInvisibility: .seconds(43200),
        receives: 100,
        batch: 10,
        keepsOrder: true
    )
}

@Suite("Settlement")
struct SettlementTests {
    private typealias Row = SettlementRow

    private static func failed(_ errorClass: ErrorClass, retryAfter: Duration? = nil) -> JobFailure {
        JobFailure(errorClass, "broken", retryAfter: retryAfter)
    }

    private static func retry(_ failure: JobFailure, _ delay: Duration) -> Settlement {
        Settlement(.retry(failure, after: delay, maxAttempts: 4), .hide(delay))
    }

    private static func giveUp(_ failure: JobFailure) -> Settlement {
        Settlement(.giveUp(failure), .deadLetter(failure))
    }

    /// How an attempt may end.
    static let attempts: [SettlementRow] = {
        let (network, rate, wrong) = (failed(.network), failed(.rateLimit), failed(.validation))
        let other = failed(ErrorClass(rawValue: "QUOTA"))
        let asked = failed(.rateLimit, retryAfter: .seconds(90))
        let askedForLong = failed(.system, retryAfter: .seconds(86400))
        let back = Settlement(.release, .hide(.zero))
        let off = Settlement(.release, .hide(.milliseconds(2500)))
        return [
            Row(
                name: "succeeded",
                finding: .ended(.succeeded("done")),
                attempt: 4,
                expected: .init(.succeed("done"), .delete)
            ),
            Row(
                name: "failed with `NETWORK`, `SYSTEM` or `UNKNOWN`, first attempt of four",
                finding: .ended(.failed(network)),
                attempt: 1,
                expected: retry(network, .milliseconds(500))
            ),
            Row(
                name: "the same, third attempt",
                finding: .ended(.failed(network)),
                attempt: 3,
                expected: retry(network, .seconds(2))
            ),
            Row(
                name: "the same, last attempt",
                finding: .ended(.failed(network)),
                attempt: 4,
                expected: giveUp(network)
            ),
            Row(
                name: "failed with a class that only a newer version knows",
                finding: .ended(.failed(other)),
                attempt: 2,
                expected: retry(other, .seconds(1))
            ),
            Row(
                name: "failed with `RATE_LIMIT`, first attempt",
                finding: .ended(.failed(rate)),
                attempt: 1,
                expected: retry(rate, .milliseconds(2500))
            ),
            Row(
                name: "the failing side asked for 90 seconds",
                finding: .ended(.failed(asked)),
                attempt: 1,
                expected: retry(asked, .seconds(90))
            ),
            Row(
                name: "the failing side asked for a day",
                finding: .ended(.failed(askedForLong)),
                attempt: 1,
                expected: retry(askedForLong, .seconds(39600))
            ),
            Row(
                name: "failed with `VALIDATION`, any attempt",
                finding: .ended(.failed(wrong)),
                attempt: 1,
                expected: giveUp(wrong)
            ),
            Row(
                name: "says that jobs of its type cannot be run, which pauses the type",
                finding: .ended(.unavailable("gone")),
                attempt: 4,
                expected: off
            ),
            Row(
                name: "was interrupted by a stop, whatever the handler says",
                finding: .ended(.interrupted),
                attempt: 4,
                expected: back
            ),
            Row(name: "lost its lease", finding: .ended(.leaseLost), attempt: 2, expected: .init(.none, .leave)),
            Row(
                name: "was told that the job's cancellation was asked for",
                finding: .ended(.cancelled),
                attempt: 1,
                expected: .init(.cancel, .delete)
            ),
            Row(
                name: "failed while the breaker is open, as other jobs do, and is not an hour old",
                finding: .ended(.failed(network), .outage(isShared: true)),
                attempt: 4,
                age: .seconds(3600),
                expected: off
            ),
            Row(
                name: "the same, and is older",
                finding: .ended(.failed(network), .outage(isShared: true)),
                attempt: 4,
                age: .seconds(3601),
                expected: giveUp(network)
            ),
            Row(
                name: "failed while the breaker is open, as the only one, and is not ten minutes old",
                finding: .ended(.failed(network), .outage(isShared: false)),
                attempt: 4,
                age: .seconds(600),
                expected: off
            ),
            Row(
                name: "the same, and is older (first attempt)",
                finding: .ended(.failed(network), .outage(isShared: false)),
                attempt: 1,
                age: .seconds(601),
                expected: retry(network, .milliseconds(500))
            ),
        ]
    }()

    /// Why a job may not have been claimed.
    static let refusals: [SettlementRow] = {
        let mismatch = JobFailure(.validation, "the message was made for another payload than the job has")
        var spent = Job.sample()
        spent.attempts = 4
        let silent = JobFailure(.unknown, "the process that ran attempt 4 of 4 ended without a word")
        var given = spent
        given.error = Job.RecordedFailure(failed(.validation), at: .sample)
        return [
            Row(name: "is over", finding: .refused(.finished), expected: .init(.none, .delete)),
            Row(name: "is of a later generation", finding: .refused(.superseded), expected: .init(.none, .delete)),
            Row(
                name: "is of another payload than the message was made for",
                finding: .refused(.mismatched),
                expected: .init(.none, .deadLetter(mismatch))
            ),
            Row(name: "runs by another message", finding: .refused(.duplicate), expected: .init(.none, .delete)),
            Row(
                name: "runs by another message, and has an ordering key",
                finding: .refused(.duplicate),
                limits: .orderedSample,
                expected: .init(.none, .hide(.seconds(60)))
            ),
            Row(
                name: "runs by this message under a lease that ends in 30 seconds",
                finding: .refused(.leased(until: .sample + .seconds(30))),
                expected: .init(.none, .hide(.seconds(31)))
            ),
            Row(
                name: "ran for the last time, and its worker ended without a word",
                finding: .refused(.exhausted(spent)),
                attempt: 4,
                expected: giveUp(silent)
            ),
            Row(
                name: "has failed for good, and its letter is not recorded yet",
                finding: .refused(.givenUp(given)),
                expected: .init(.none, .deadLetter(failed(.validation)))
            ),
            Row(
                name: "was to be cancelled, and its worker ended without a word",
                finding: .refused(.cancelRequested(spent)),
                attempt: 4,
                expected: .init(.cancel, .delete)
            ),
            Row(
                name: "may start in ten minutes",
                finding: .refused(.notReady(until: .sample + .seconds(600))),
                expected: .init(.none, .hide(.seconds(600)))
            ),
            Row(
                name: "is not there, or of an earlier generation",
                finding: .refused(.notReady()),
                receives: 9,
                expected: .init(.none, .hide(.seconds(3)))
            ),
        ]
    }()

    /// What else may be found out about a message.
    static let others: [SettlementRow] = {
        let unreadable = JobFailure(.validation, "the message is not JSON")
        let nobody = JobFailure(
            .unknown,
            "no worker has run jobs of type a since \(Timestamp.sample + .seconds(-86401))"
        )
        let newer = JobFailure(
            .unknown,
            "no worker could read it since \(Timestamp.sample + .seconds(-86401)): version 2"
        )
        let unknown = Finding.unknownType("a", lastOffered: nil)
        let offered = Finding.unknownType("a", lastOffered: .sample + .seconds(-60))
        let day = Duration.seconds(86401)
        return [
            Row(
                name: "its type does not start here now",
                finding: .turnedAway(for: .zero),
                expected: .init(.none, .hide(.milliseconds(2500)))
            ),
            Row(
                name: "the same, third receipt",
                finding: .turnedAway(for: .zero),
                receives: 3,
                expected: .init(.none, .replace(after: .seconds(10)))
            ),
            Row(
                name: "the same, with an ordering key",
                finding: .turnedAway(for: .zero),
                receives: 93,
                limits: .orderedSample,
                expected: .init(.none, .hold(.seconds(150)))
            ),
            Row(
                name: "the same, but the message did not tell the type before the claim",
                finding: .turnedAway(for: .zero),
                attempt: 1,
                expected: .init(.release, .hide(.milliseconds(2500)))
            ),
            Row(
                name: "this worker does not know its type",
                finding: unknown,
                expected: .init(.none, .hide(.milliseconds(750)))
            ),
            Row(
                name: "the same, third receipt",
                finding: unknown,
                receives: 3,
                expected: .init(.none, .replace(after: .seconds(3)))
            ),
            Row(
                name: "the same, ninth receipt",
                finding: unknown,
                receives: 9,
                expected: .init(.none, .replace(after: .seconds(45)))
            ),
            Row(
                name: "the same, and others know the type",
                finding: offered,
                receives: 9,
                expected: .init(.none, .replace(after: .seconds(3)))
            ),
            Row(
                name: "the same, for more than a day, and others know the type",
                finding: offered,
                age: day,
                expected: .init(.none, .hide(.milliseconds(750)))
            ),
            Row(
                name: "the same, for more than a day, and nobody knows the type",
                finding: unknown,
                age: day,
                expected: .init(.none, .deadLetter(nobody))
            ),
            Row(
                name: "the same, known only after the claim",
                finding: unknown,
                attempt: 1,
                age: day,
                expected: giveUp(nobody)
            ),
            Row(
                name: "it or its record is of a newer version",
                finding: .newer("version 2"),
                expected: .init(.none, .hide(.milliseconds(750)))
            ),
            Row(
                name: "the same, for more than a day",
                finding: .newer("version 2"),
                age: day,
                expected: .init(.none, .deadLetter(newer))
            ),
            Row(
                name: "it or its record is damaged, or the store refuses what the record would become",
                finding: .unreadable(unreadable),
                expected: .init(.none, .deadLetter(unreadable))
            ),
            Row(
                name: "the dead-letter queue takes not even an excerpt of it",
                finding: .letterRefused,
                receives: 9,
                expected: .init(.none, .hide(.seconds(450)))
            ),
            Row(
                name: "the store or a queue failed",
                finding: .dependencyFailed,
                expected: .init(.none, .hide(.seconds(5)))
            ),
            Row(
                name: "the same, third receipt",
                finding: .dependencyFailed,
                receives: 3,
                expected: .init(.none, .replace(after: .seconds(62)))
            ),
            Row(
                name: "the same, with an ordering key, after 92 receipts",
                finding: .dependencyFailed,
                receives: 93,
                limits: .orderedSample,
                expected: .init(.none, .hold(.seconds(450)))
            ),
            Row(
                name: "the worker stops, and has not begun with it",
                finding: .stopping,
                expected: .init(.none, .hide(.zero))
            ),
        ]
    }()

    @Test("Every finding has its one settlement", arguments: attempts + refusals + others)
    func settlement(row: SettlementRow) {
        #expect(Settlement(of: row.finding, row.facts) == row.expected)
    }

    @Test("An attempt counts unless the job is released", arguments: attempts)
    func counting(row: SettlementRow) {
        let settlement = Settlement(of: row.finding, row.facts)
        #expect(settlement.countsAttempt == (settlement.record != .release))
    }

    @Test("A client that asked for no number of attempts gets the policy's, one that did gets its own")
    func maxAttempts() {
        let failure = JobFailure(.system, "broken")
        for (isDefault, maxAttempts) in [(true, 6), (false, 4)] {
            var facts = SettlementRow(name: "", finding: .stopping, attempt: 4, expected: .init(.none, .delete)).facts
            facts.policy.maxAttempts = 6
            facts.job?.hasDefaultMaxAttempts = isDefault
            let settlement = Settlement(of: .ended(.failed(failure)), facts)
            let expected: Settlement.RecordChange =
                maxAttempts == 6 ? .retry(failure, after: .seconds(4), maxAttempts: 6) : .giveUp(failure)
            #expect(settlement.record == expected)
        }
    }

    @Test("No message is hidden for longer than its queue can", arguments: [0, 3600, 40_000, 43_000, 50_000])
    func invisibility(seconds: Int) {
        let failure = JobFailure(.system, "busy", retryAfter: .seconds(86400))
        var facts = SettlementRow(name: "", finding: .stopping, attempt: 1, expected: .init(.none, .delete)).facts
        facts.job?.startedAt = .sample + .seconds(-seconds)
        guard case .hide(let hidden) = Settlement(of: .ended(.failed(failure)), facts).message else {
            return #expect(Bool(false), "not hidden")
        }
        #expect(hidden + .seconds(seconds) <= .seconds(43200) || hidden == .zero)
    }

    @Test("Nothing makes a copy for ever, or has an attempt count twice: all findings at all receipts")
    func total() {
        for row in Self.attempts + Self.refusals + Self.others {
            for receives in 1...120 {
                var facts = row.facts
                facts.receives = receives
                let settlement = Settlement(of: row.finding, facts)
                if case .replace(let delay) = settlement.message {
                    #expect(!facts.limits.keepsOrder && delay <= facts.limits.longestDelay)
                    #expect(receives > facts.limits.receives - Submission.maxAttemptsRange.upperBound)
                }
                if facts.job == nil {
                    #expect(settlement.record == .none || settlement.record != .release)
                }
            }
        }
    }
}

@Suite("The documentation's tables of settlements")
struct SettlementDocumentTests {
    @Test(
        "are what the function decides",
        arguments: [
            ("the attempt", SettlementTests.attempts), ("the job", SettlementTests.refusals),
            ("the message", SettlementTests.others),
        ]
    )
    func tables(subject: String, rows: [SettlementRow]) throws {
        let table = rows.reduce("| \(subject) | the record | the message |\n|---|---|---|\n") { text, row in
            let settlement = Settlement(of: row.finding, row.facts)
            return text + "| \(row.name) | \(settlement.record.text) | \(settlement.message.text) |\n"
        }
        let file = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        let page = file.dropLast(3).joined(separator: "/") + "/docs/state-machine.md"
        #expect(
            try String(contentsOfFile: page, encoding: .utf8).contains(table),
            "docs/state-machine.md lacks:\n\(table)"
        )
    }
}

extension Settlement.RecordChange {
    /// In the words of the documentation.
    fileprivate var text: String {
        switch self {
        case .none: "unchanged"
        case .succeed: "`SUCCEEDED`"
        case .retry(_, let delay, _): "`RETRYING`, the next attempt after \(delay.text)"
        case .giveUp: "given up"
        case .release: "waits again, the attempt taken back"
        case .cancel: "`CANCELLED`"
        }
    }
}

extension Settlement.MessageChange {
    /// In the words of the documentation.
    fileprivate var text: String {
        switch self {
        case .delete: "deleted"
        case .deadLetter(let failure): "to the dead letters, `\(failure.errorClass)`"
        case .hide(.zero): "handed out at once"
        case .hide(let duration): "hidden for \(duration.text)"
        case .replace(let delay): "replaced by a copy in \(delay.text)"
        case .hold(let duration): "held here for \(duration.text)"
        case .leave: "left alone"
        }
    }
}

extension Duration {
    /// In seconds, without a fraction that says nothing.
    fileprivate var text: String {
        let (seconds, attoseconds) = components
        return attoseconds == 0 ? "\(seconds) s" : "\(self / .seconds(1)) s"
    }
}
