import JobsysCore
import JobsysTime
import Testing

@testable import JobsysAWSAdapters

@Suite("A day of the timeline")
struct TimelineDayTests {
    private func key(_ age: Int) -> IndexKey {
        IndexKey(partitionKey: "\(age)", position: ListPosition(at: .noon + .seconds(-age), id: "x"))
    }

    @Test("is the one before, at its very beginning")
    func day() throws {
        let midnight = try #require(Timestamp("2026-11-21T00:00:00.000Z"))
        #expect(TimelineDay(before: ListPosition(before: midnight)).day == "2026-11-20")
        #expect(TimelineDay(before: ListPosition(at: midnight, id: "x")).day == "2026-11-21")
        let day = TimelineDay(before: ListPosition(before: .noon))
        #expect(day.partitions(IndexShards(4)) == (0..<4).map { "default#2026-11-21#\($0)" })
    }

    @Test("has its shards merged, newest first, and goes on with the day before")
    func merge() throws {
        let day = TimelineDay(before: ListPosition(before: .noon))
        let midnight = try #require(Timestamp("2026-11-21T00:00:00.000Z"))
        let slices = [IndexSlice(keys: [key(1), key(4)]), IndexSlice(keys: []), IndexSlice(keys: [key(2), key(3)])]
        #expect(day.merged(slices) == IndexSlice(keys: [1, 2, 3, 4].map(key), rest: ListPosition(before: midnight)))
    }

    @Test("keeps back what may be older than a key that a shard has not given yet")
    func frontier() {
        let day = TimelineDay(before: ListPosition(before: .noon))
        let slices = [
            IndexSlice(keys: [key(1), key(5)], rest: key(5).position),
            IndexSlice(keys: [key(2), key(9)], rest: key(9).position),
            IndexSlice(keys: [key(6)]),
        ]
        #expect(day.merged(slices) == IndexSlice(keys: [1, 2, 5].map(key), rest: key(5).position))
    }
}
