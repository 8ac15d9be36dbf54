import JobsysObservability
import Testing

@Suite struct BufferedRandomTests {
    @Test("No number comes twice, over many fetches and from several tasks at once")
    func unique() async {
        let numbers = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var random = BufferedRandom()
                    return (0..<1000).map { _ in random.next() }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(numbers).count == 8000)
        // Each of the bits is set in about half of them.
        for bit in 0..<64 {
            let share = numbers.count { $0 >> UInt64(bit) & 1 == 1 }
            #expect((3500...4500).contains(share))
        }
    }
}
