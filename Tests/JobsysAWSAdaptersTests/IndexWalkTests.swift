import JobsysCore
import JobsysTime
import Testing

@testable import JobsysAWSAdapters

@Suite("A walk over an index")
struct IndexWalkTests {
    /// Positions of the seconds before the sample, newest first.
    private let keys = (1...500)
        .map { age in
            IndexKey(partitionKey: "\(age)", position: ListPosition(at: .noon + .seconds(-age), id: "x"))
        }

    private func walk(limit: Int, after position: ListPosition? = nil, isUnfiltered: Bool = false) -> IndexWalk {
        let section = ListSection(since: .noon + .seconds(-500), until: .noon, after: position, limit: limit)
        return IndexWalk(section: section, isUnfiltered: isUnfiltered)
    }

    private func listing(
        _ walk: IndexWalk,
        where isWanted: (Int) -> Bool = { _ in true },
        _ bill: inout (looks: Int, reads: Int)
    ) async throws -> Listing<Int> {
        var counts = (looks: 0, reads: 0)
        let listing: Listing<Int> = try await walk.listing { look in
            counts.looks += 1
            let rest = keys.filter { $0.position < look.position }
            let page = Array(rest.prefix(look.count))
            return IndexSlice(keys: page, rest: rest.count > look.count ? page.last?.position : nil)
        } read: { keys in
            counts.reads += keys.count
            return keys.map { Int($0.partitionKey) }.map { $0.flatMap { isWanted($0) ? $0 : nil } }
        }
        bill = counts
        return listing
    }

    @Test("reads no more than is wanted if everything is")
    func unfiltered() async throws {
        var bill = (looks: 0, reads: 0)
        let page = try await listing(walk(limit: 20, isUnfiltered: true), &bill)
        #expect(page == Listing(Array(1...20), next: keys[19].position))
        #expect(bill == (1, 20))
        let next = try await listing(walk(limit: 20, after: page.next, isUnfiltered: true), &bill)
        #expect(next == Listing(Array(21...40), next: keys[39].position))
    }

    @Test("goes on behind the last element that it returned, not behind the last that it read")
    func filtered() async throws {
        var bill = (looks: 0, reads: 0)
        let page = try await listing(walk(limit: 3), where: { $0.isMultiple(of: 7) }, &bill)
        #expect(page == Listing([7, 14, 21], next: keys[20].position))
        #expect(bill == (1, 100))
        let next = try await listing(walk(limit: 3, after: page.next), where: { $0.isMultiple(of: 7) }, &bill)
        #expect(next.elements == [28, 35, 42])
    }

    @Test("ends where the section does, or the index")
    func end() async throws {
        var bill = (looks: 0, reads: 0)
        let all = try await listing(walk(limit: 1000), &bill)
        #expect(all == Listing(Array(1...500), next: nil))
        var short = walk(limit: 1000)
        short.section.since = .noon + .seconds(-150)
        #expect(try await listing(short, &bill) == Listing(Array(1...150), next: nil))
        #expect(bill == (2, 150))
    }

    @Test("stops after so many reads, and after so many looks, and says where to go on")
    func bounds() async throws {
        var bill = (looks: 0, reads: 0)
        var few = walk(limit: 10)
        few.maxReads = 150
        #expect(try await listing(few, where: { _ in false }, &bill) == Listing([], next: keys[199].position))
        #expect(bill == (2, 200))
        var short = walk(limit: 10)
        short.maxLooks = 3
        #expect(try await listing(short, where: { $0 == 5 }, &bill) == Listing([5], next: keys[299].position))
        #expect(bill == (3, 300))
    }

    @Test("looks at ever more parts at once while nothing is found, but at no more than it may in all")
    func emptyParts() async throws {
        var parts: [Int] = []
        var walk = walk(limit: 10)
        walk.section.since = .noon + .seconds(-100 * 86400)
        let page: Listing<Int> = try await walk.listing { look in
            parts.append(look.parts)
            let rest = ListPosition(before: look.position.at + .seconds(-86400 * look.parts))
            return IndexSlice(keys: parts.count == 3 ? [IndexKey(partitionKey: "1", position: rest)] : [], rest: rest)
        } read: { keys in
            keys.map { Int($0.partitionKey) }
        }
        #expect(parts == [1, 2, 4, 1, 2, 4, 2])
        #expect(page == Listing([1], next: ListPosition(before: .noon + .seconds(-16 * 86400))))
    }

    @Test("looks at nothing of a section that is empty")
    func empty() async throws {
        var bill = (looks: 0, reads: 0)
        var walk = walk(limit: 10)
        walk.section.until = walk.section.since
        #expect(try await listing(walk, &bill) == Listing([], next: nil))
        #expect(bill == (0, 0))
    }
}

extension Timestamp {
    /// 2026-11-21T12:00:00Z.
    static let noon = Timestamp(milliseconds: 1_795_262_400_000)
}
