import Testing

@testable import JobsysAWS

@Suite struct RetryPartsTests {
    @Test("Delays double up to the limit and are multiplied by chance")
    func delays() {
        let delays = RetryDelays(base: .seconds(1), random: { 0.5 })
        #expect(
            Array(delays.prefix(7)) == [
                .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(10), .seconds(10),
            ]
        )
    }

    @Test("The bucket gives what it has, takes back the last cost or one token, and never overflows")
    func bucket() {
        var bucket = RetryTokenBucket()
        bucket.refund(lastCost: nil)
        #expect(bucket.available == 500)
        let first = bucket.take(14)
        #expect(first)
        #expect(bucket.available == 486)
        bucket.refund(lastCost: nil)
        #expect(bucket.available == 487)
        bucket.refund(lastCost: 14)
        #expect(bucket.available == 500)
        while bucket.take(14) {}
        #expect(bucket.available == 10)
        let cheap = bucket.take(5)
        #expect(cheap)
        #expect(bucket.available == 5)
    }
}
