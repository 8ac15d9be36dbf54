import JobsysCore
import JobsysPropertyTestKit
import JobsysTestKit
import JobsysTime
import Testing

@Suite("Job ids")
struct JobIDTests {
    private struct Constant: RandomNumberGenerator {
        var value: UInt64

        mutating func next() -> UInt64 { value }
    }

    @Test("A time-ordered id is a version 7 UUID: 48 bits of milliseconds, then randomness")
    func layout() {
        // RFC 9562, appendix A.6, has this time.
        let instant = Timestamp(milliseconds: 0x017F_22E2_79B0)
        var zeroes = Constant(value: 0)
        var ones = Constant(value: .max)
        #expect(JobID(at: instant, using: &zeroes).description == "017f22e2-79b0-7000-8000-000000000000")
        #expect(JobID(at: instant, using: &ones).description == "017f22e2-79b0-7fff-bfff-ffffffffffff")
    }

    @Test("Later ids sort later, and ids of one instant differ")
    func order() {
        let instants = (0..<50).map { Timestamp(milliseconds: 1_763_720_000_000 + $0) }
        let ids = instants.map { JobID(at: $0).description }
        #expect(ids.sorted() == ids)
        #expect(Set((0..<100).map { _ in JobID(at: instants[0]) }).count == 100)
    }

    @Test(
        "A tenant's key always gives the same version 8 UUID",
        arguments: [
            ("default", "order-42", "aeac764d-3e0f-827c-965b-dbfd022e4f5a"),
            ("größe", "clé", "7cf69035-7b23-8ce6-8fd1-ce31f6249b8a"),
        ]
    )
    func derived(tenant: String, key: String, text: String) {
        #expect(JobID(tenant: tenant, idempotencyKey: key).description == text)
    }

    @Test("Other pairs of tenant and key give other ids, even if they run together to one text")
    func derivedDiffer() {
        let pairs = [
            ("a", "b"), ("b", "a"), ("a", ":b"), ("a:", "b"), ("a:b", ""), ("", "a:b"), ("ab", ""), ("", "ab"),
        ]
        #expect(Set(pairs.map { JobID(tenant: $0, idempotencyKey: $1) }).count == pairs.count)
    }

    @Test("A UUID is read in either case and written in lower case")
    func text() {
        let text = "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"
        #expect(JobID(text)?.description == text)
        #expect(JobID(text.uppercased())?.description == text)
        #expect(JobID(text.uppercased()) == JobID(text))
    }

    @Test(
        "Anything else is no id",
        arguments: [
            "", "019a7c1e", "019a7c1e5a307cc18f6a2b1c3d4e5f60", "{019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60}",
            "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f6", "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f600",
            "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f6g", "019a7c1e05a30-7cc1-8f6a-2b1c3d4e5f60",
            "-19a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60", "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f6０",
            "019a7c1e 5a30 7cc1 8f6a 2b1c3d4e5f60", "019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5fé",
        ]
    )
    func badText(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test("Shards are few, stable and all of them used")
    func shards() throws {
        let id = try #require(JobID("019a7c1e-5a30-7cc1-8f6a-2b1c3d4e5f60"))
        #expect(id.shard(of: 4) == id.shard(of: 4))
        #expect(id.shard(of: 1) == 0)
        var random = SeededGenerator(seed: 2)
        let shards = (0..<400).map { _ in JobID(at: Timestamp(milliseconds: 0), using: &random).shard(of: 4) }
        for shard in 0..<4 {
            #expect((50...150).contains(shards.count { $0 == shard }))
        }
        #expect(shards.allSatisfy { (0..<4).contains($0) })
    }
}
