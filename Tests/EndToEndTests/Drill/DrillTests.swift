import Testing

@Suite("The drill", .endToEnd, .timeLimit(.minutes(60)))
struct DrillTests {
    @Test(
        "Whatever comes, fails or dies, every job that was accepted ends once and as it should, and deploys delay none",
        .deployment(runsAlone: true)
    )
    func holds() async throws {
        let options = try DrillOptions.given()
        let report = try await Drill(options, on: .current).run()
        print("the drill with seed \(options.seed):\n\(report.text)")
        for check in report.checks {
            #expect(check.violations.isEmpty, "\(check.name)")
        }
    }
}
