import JobsysTime
import Testing

@Suite("Dates of HTTP")
struct HTTPDateTests {
    @Test(
        "A date is read to the second",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Sun, 01 Mar 2026 00:00:00 GMT", 1_772_323_200), ("Thu, 01 Jan 2026 00:00:00 GMT", 1_767_225_600),
            ("Fri, 31 Dec 2100 12:00:00 GMT", 4_133_937_600),
        ] as [(String, Int64)]
    )
    func dates(text: String, seconds: Int64) {
        #expect(Timestamp(httpDate: text) == Timestamp(milliseconds: seconds * 1000))
    }

    @Test(
        "What is no date is none",
        arguments: [
            "", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nvm 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
        ]
    )
    func refused(text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }
}
