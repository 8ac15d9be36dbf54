import JobsysCore
import Testing

@Suite("Backoff")
struct BackoffTests {
    private let backoff = Backoff(base: .seconds(1), limit: .seconds(60))

    @Test(
        "The bound doubles with every attempt up to the limit",
        arguments: [
            (-5, 1), (0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (6, 32), (7, 60), (8, 60), (100, 60), (Int.max, 60),
        ]
    )
    func bound(attempt: Int, seconds: Int) {
        #expect(backoff.bound(afterAttempt: attempt) == .seconds(seconds))
    }

    @Test(
        "The wait is drawn evenly from zero to the bound",
        arguments: [(0.0, .zero), (0.25, .seconds(2)), (0.5, .seconds(4)), (0.75, .seconds(6))] as [(Double, Duration)]
    )
    func jitter(draw: Double, delay: Duration) {
        #expect(backoff.delay(afterAttempt: 4, draw: draw) == delay)
    }

    @Test("The longest draw stays below the bound")
    func longestDraw() {
        let delay = backoff.delay(afterAttempt: 4, draw: 1.0.nextDown)
        #expect(delay <= .seconds(8))
        #expect(delay > .milliseconds(7999))
    }

    @Test(
        "Every class has its default policy",
        arguments: [
            (ErrorClass.validation, false, 1, 60), (.network, true, 1, 60), (.rateLimit, true, 5, 300),
            (.system, true, 1, 60), (.unknown, true, 1, 60), (ErrorClass(rawValue: "QUOTA"), true, 1, 60),
        ]
    )
    func policy(errorClass: ErrorClass, isRetryable: Bool, base: Int, limit: Int) {
        #expect(JobPolicy.standard.permanent.contains(errorClass) != isRetryable)
        #expect(JobPolicy.standard.backoff[errorClass] == Backoff(base: .seconds(base), limit: .seconds(limit)))
    }

    @Test("The classes have the names that records and payloads use")
    func names() {
        #expect(ErrorClass.allCases.map(\.rawValue) == ["VALIDATION", "NETWORK", "RATE_LIMIT", "SYSTEM", "UNKNOWN"])
        #expect(ErrorClass.allCases.map(\.known) == ErrorClass.allCases)
        #expect(ErrorClass(rawValue: "QUOTA").known == .unknown)
    }
}
