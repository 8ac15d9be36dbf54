import Testing

@testable import JobsysObservability

@Suite("A page of metrics")
struct MetricsPageTests {
    @Test("has what each family means before its values, and leaves families without values out")
    func families() {
        var page = MetricsPage()
        page.family("jobs_total", .counter, "Jobs.") { family in
            family.add(["type": "a", "end": "ok"], 3)
            family.add(["type": "b", "end": "ok"], 1e15)
        }
        page.family("empty", .gauge, "Nothing.") { _ in }
        page.value("age_seconds", .gauge, "Age.", 0.25)
        #expect(
            page.text == """
                # HELP jobs_total Jobs.
                # TYPE jobs_total counter
                jobs_total{type="a",end="ok"} 3
                jobs_total{type="b",end="ok"} 1000000000000000
                # HELP age_seconds Age.
                # TYPE age_seconds gauge
                age_seconds 0.25

                """
        )
    }

    @Test("escapes what would end a label's value")
    func escaping() {
        var page = MetricsPage()
        page.family("a", .gauge, "A.") { $0.add(["type": "q\"b\\n\né"], 1) }
        #expect(page.text.contains(#"a{type="q\"b\\n\né"} 1"#))
    }

    @Test("counts a distribution's values up to each bound, which belongs to its range")
    func distribution() {
        var histogram = Histogram(bounds: [0.5, 1])
        for value in [0.25, 0.5, 0.75, 8] { histogram.record(value) }
        var page = MetricsPage()
        page.family("s", .histogram, "S.") { $0.add(["type": "a"], histogram) }
        #expect(
            page.text == """
                # HELP s S.
                # TYPE s histogram
                s_bucket{type="a",le="0.5"} 2
                s_bucket{type="a",le="1"} 3
                s_bucket{type="a",le="+Inf"} 4
                s_sum{type="a"} 9.5
                s_count{type="a"} 4

                """
        )
    }

    @Test("is not filled by labels that others choose: the hundred and first has no count of its own")
    func bounds() {
        var tallies = BoundedTallies(0)
        for number in 0..<150 { tallies.update("\(number)") { $0 += 1 } }
        tallies.update("7") { $0 += 1 }
        #expect(tallies.sorted.count == 101)
        #expect(tallies.sorted.first { $0.label == "other" }?.tally == 50)
        #expect(tallies.sorted.first { $0.label == "7" }?.tally == 2)
    }
}
