import Testing

@testable import JobsysCore

@Suite("A token bucket")
struct TokenBucketTests {
    private var bucket = TokenBucket(perSecond: 2, at: .zero)

    @Test("lets as many start at once as a second may have, and spreads the next ones evenly")
    mutating func spreads() {
        let waits = (1...4).map { _ in bucket.reserve(at: .zero, patience: .seconds(1)) }
        #expect(
            waits == [
                .granted(after: .zero), .granted(after: .zero), .granted(after: .milliseconds(500)),
                .granted(after: .seconds(1)),
            ]
        )
    }

    @Test("reserves nothing for those who would have to wait too long")
    mutating func refuses() {
        for _ in 1...2 { _ = bucket.reserve(at: .zero, patience: .zero) }
        for _ in 1...3 {
            #expect(bucket.reserve(at: .zero, patience: .zero) == .refused(for: .milliseconds(500)))
        }
        #expect(bucket.reserve(at: .milliseconds(500), patience: .zero) == .granted(after: .zero))
    }

    @Test("holds no more than a second's starts, however long nothing started")
    mutating func isBounded() {
        let starts = (1...10)
            .filter { _ in
                bucket.reserve(at: .seconds(3600), patience: .zero) == .granted(after: .zero)
            }
        #expect(starts.count == 2)
    }
}
