import FoundationEssentials
import JobsysSigV4
import Synchronization
import Testing

@testable import JobsysAWS

@Suite struct ClockSkewTests {
    private static func answer(
        _ code: String? = nil,
        date: String,
        _ fields: [String: String] = [:]
    ) -> ScriptedTransport.Answer {
        let fields = fields.merging(["date": date]) { $1 }
        return code.map { .error(403, $0, fields) } ?? .response(200, fields, "{}")
    }

    private static let inTime = "Thu, 01 Jan 2026 00:00:00 GMT"
    private static let anHourAhead = "Thu, 01 Jan 2026 01:00:00 GMT"

    private func dates(_ fixture: Fixture) -> [String?] {
        fixture.transport.sent.map { $0.field("x-amz-date") }
    }

    @Test(
        "What is refused for its date is repeated at once with the service's, which is kept for later",
        arguments: [
            "AccessDeniedException", "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture",
            "RequestTimeTooSkewed", "SignatureDoesNotMatch",
        ]
    )
    func corrected(code: String) async throws {
        let answers = [Self.answer(code, date: Self.anHourAhead), Self.answer(date: Self.anHourAhead)]
        let fixture = Fixture(answers)
        for _ in 0..<2 { _ = try await fixture.client.perform(Fixture.getItem) }
        #expect(dates(fixture) == ["20260101T000000Z", "20260101T010000Z", "20260101T010000Z"])
        #expect(fixture.transport.sent[1].field("amz-sdk-request") == "ttl=20260101T010005Z; attempt=2; max=4")
        #expect(fixture.clock.sleeps.isEmpty)
    }

    @Test(
        "A refusal that no correction explains is final",
        arguments: [
            (Self.answer("InvalidSignatureException", date: Self.inTime), true),
            (Self.answer("InvalidSignatureException", date: "Thu, 01 Jan 2026 00:03:59 GMT"), true),
            (Self.answer("InvalidSignatureException", date: Self.anHourAhead, ["age": "1"]), true),
            (Self.answer("InvalidSignatureException", date: "yesterday"), true),
            (Self.answer("ValidationException", date: Self.anHourAhead), true),
            (Self.answer("InvalidSignatureException", date: Self.anHourAhead), false),
        ]
    )
    func uncorrected(answer: ScriptedTransport.Answer, corrects: Bool) async throws {
        let fixture = Fixture([answer], retry: RetryConfiguration(correctsClockSkew: corrects))
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect(error.attempts == 1)
        #expect(!error.isRetryable)
    }

    @Test("A wrong key stays wrong after the correction: it is tried once more, not for ever")
    func wrongKey() async throws {
        let fixture = Fixture([Self.answer("SignatureDoesNotMatch", date: Self.anHourAhead)])
        let error = try #require(try await fixture.failure(of: Fixture.getItem))
        #expect(error.attempts == 2)
        #expect(error.kind == .credentials)
    }

    @Test("A clock that is right again is not corrected any more, and a success alone corrects nothing")
    func rightAgain() async throws {
        let fixture = Fixture([
            Self.answer(date: Self.anHourAhead), Self.answer("RequestExpired", date: Self.anHourAhead),
            Self.answer(date: Self.inTime), Self.answer(date: Self.inTime),
        ])
        for _ in 0..<3 { _ = try await fixture.client.perform(Fixture.getItem) }
        let (wrong, right) = ("20260101T000000Z", "20260101T010000Z")
        #expect(dates(fixture) == [wrong, wrong, right, wrong])
    }

    @Test("Of two requests that were under way together both are repeated, though only one has moved the clock")
    func together() async throws {
        let other = Mutex<AWSClient?>(nil)
        let refused = Self.answer("RequestTimeTooSkewed", date: Self.anHourAhead)
        let overtaken = ScriptedTransport.Answer.after(
            { _ = try? await other.withLock { $0 }?.perform(Fixture.getItem) },
            refused
        )
        let fixture = Fixture([overtaken, refused, Self.answer(date: Self.anHourAhead)])
        other.withLock { $0 = fixture.client }
        #expect(try await fixture.client.outcome(of: Fixture.getItem).attempts == 2)
        let (wrong, right) = ("20260101T000000Z", "20260101T010000Z")
        #expect(dates(fixture) == [wrong, wrong, right, right])
    }

    @Test("What is learnt of the clock is told to whoever judges the expiry of credentials")
    func expiry() async throws {
        let provider = ListedCredentials(["A", "B"], expiration: { Fixture.epoch + 1800 })
        let fixture = Fixture(
            [Self.answer("RequestExpired", date: Self.anHourAhead), Self.answer(date: Self.anHourAhead)],
            credentials: CredentialsCache(provider, runtime: AWSRuntime(now: { Fixture.epoch }))
        )
        _ = try await fixture.client.perform(Fixture.getItem)
        #expect(provider.calls == 2)
    }

    @Test("The environment can turn the correction off")
    func environment() throws {
        #expect(try RetryConfiguration(AWSSettings(environment: [:])).correctsClockSkew)
        let off = ["AWS_DISABLE_CLOCK_SKEW_CORRECTION": "true"]
        #expect(try !RetryConfiguration(AWSSettings(environment: off)).correctsClockSkew)
        #expect(throws: AWSConfigurationError.self) {
            try RetryConfiguration(AWSSettings(environment: ["AWS_DISABLE_CLOCK_SKEW_CORRECTION": "maybe"]))
        }
    }

    @Test(
        "The offset is counted from the middle of the exchange, from four minutes on",
        arguments: [
            (240, 0, 240), (239, 0, 0), (-240, 0, -240), (-239, 0, 0), (310, 20, 300), (5000, 900, 4550),
            (5000, 901, 0), (5000, -1, 0),
        ] as [(Double, Double, Double)]
    )
    func measurement(ahead: Double, exchange: Double, offset: Double) {
        var skew = ClockSkew()
        skew.learn(serverDate: Fixture.epoch + ahead, sent: Fixture.epoch, received: Fixture.epoch + exchange)
        #expect(skew.offset == offset)
    }

    @Test("A change of less than a minute is noise")
    func noise() {
        var skew = ClockSkew()
        for (ahead, offset) in [(600, 600), (659, 600), (541, 600), (660, 660), (100, 0)] as [(Double, Double)] {
            skew.learn(serverDate: Fixture.epoch + ahead, sent: Fixture.epoch, received: Fixture.epoch)
            #expect(skew.offset == offset)
        }
    }
}
