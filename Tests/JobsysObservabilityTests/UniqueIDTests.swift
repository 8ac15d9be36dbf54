import Testing

@testable import JobsysObservability

@Suite struct UniqueIDTests {
    @Test(
        "128 bits become a UUID of version 4",
        arguments: [
            (0, 0, "00000000-0000-4000-8000-000000000000"), (.max, .max, "ffffffff-ffff-4fff-bfff-ffffffffffff"),
            (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, "01234567-89ab-4def-bedc-ba9876543210"),
        ] as [(UInt64, UInt64, String)]
    )
    func text(first: UInt64, second: UInt64, expected: String) {
        #expect(UniqueID.text(first, second) == expected)
    }

    @Test("No two are the same, and what differs is scattered")
    func unique() {
        #expect(Set((0..<1000).map { _ in UniqueID.make() }).count == 1000)
        let lastDigits = Set((0..<200).map { _ in UniqueID.make().suffix(1) })
        #expect(lastDigits.count == 16)
    }
}
