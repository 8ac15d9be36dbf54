import JobsysCore
import Synchronization
import Testing

@Suite("A concurrent map", .timeLimit(.minutes(1)))
struct ConcurrentMapTests {
    @Test("Runs as many at once as it may, no more, and keeps the order", arguments: [1, 2, 5])
    func bounded(limit: Int) async {
        let crowd = Crowd(size: limit)
        let results = await Array(0..<10)
            .concurrentMap(limit: limit) { number in
                await crowd.visit()
                return number * 2
            }
        #expect(results == (0..<10).map { $0 * 2 })
        #expect(crowd.largest == limit)
    }

    @Test("Nothing comes of nothing")
    func empty() async {
        #expect(await [Int]().concurrentMap(limit: 3) { $0 } == [])
    }
}

/// Keeps visitors until so many have been there at once.
private final class Crowd: Sendable {
    private let size: Int
    private let counts = Mutex((present: 0, largest: 0))
    private let (full, fullContinuation) = AsyncStream<Never>.makeStream()

    init(size: Int) {
        self.size = size
    }

    var largest: Int { counts.withLock(\.largest) }

    func visit() async {
        let isFull = counts.withLock { counts in
            counts.present += 1
            counts.largest = max(counts.largest, counts.present)
            return counts.present >= size
        }
        if isFull { fullContinuation.finish() }
        for await _ in full {}
        counts.withLock { $0.present -= 1 }
    }
}
