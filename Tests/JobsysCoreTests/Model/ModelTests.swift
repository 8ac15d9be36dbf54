import FoundationEssentials
import Testing

@Suite("Every order of events", .quietLog, .timeLimit(.minutes(30)))
struct ModelTests {
    /// How many courses are drawn; `JOBSYS_MODEL_RUNS` asks for more.
    private static let runs = ProcessInfo.processInfo.environment["JOBSYS_MODEL_RUNS"].flatMap(UInt64.init) ?? 2000

    @Test("Whatever fails, dies or comes twice, what was promised holds", arguments: 0..<8 as Range<UInt64>)
    func random(part: UInt64) async throws {
        for seed in stride(from: part, to: Self.runs, by: 8) {
            var budget = ModelBudget()
            budget.cancellations = Int(seed / 8 % 2)
            var choices = RandomChoices(seed: seed)
            let run = try await ModelRun.run(&choices, budget: budget)
            try #require(run.violations.isEmpty, "seed \(seed): \(run)")
        }
    }

    @Test("Every course that leaves the plain one at up to two places keeps what was promised")
    func exhaustive() async throws {
        try await explore([:], from: 0, deviations: 2)
    }

    /// Runs a course and all that leave it at a later place.
    private func explore(_ course: [Int: Int], from place: Int, deviations: Int) async throws {
        var choices = DeviatingChoices(course)
        // Without what the clock brings about: it multiplies the courses, and the random ones have it.
        let run = try await ModelRun.run(&choices, budget: ModelBudget(pauses: 0, renewals: 0, rounds: 0, stops: 0))
        try #require(run.violations.isEmpty, "\(course): \(run)")
        guard deviations > 0 else { return }
        for (place, count) in choices.counts.enumerated().dropFirst(place) {
            for other in 1..<max(1, count) {
                try await explore(course.merging([place: other]) { $1 }, from: place + 1, deviations: deviations - 1)
            }
        }
    }

    @Test("The same choices make the same course")
    func repeatable() async throws {
        for seed in 0..<20 as Range<UInt64> {
            var (first, second) = (RandomChoices(seed: seed), RandomChoices(seed: seed))
            let (one, other) = (try await ModelRun.run(&first).trace, try await ModelRun.run(&second).trace)
            let difference = zip(one, other).first { $0 != $1 }
            #expect(one == other, "seed \(seed): \(String(describing: difference))")
        }
    }

    @Test("It notices when a condition is missing", arguments: ModelFlaw.allCases)
    func notices(flaw: ModelFlaw) async throws {
        for seed in 0..<20_000 as Range<UInt64> {
            var choices = RandomChoices(seed: seed)
            guard try await ModelRun.run(&choices, budget: flaw.budget, flaw: flaw).violations.isEmpty else { return }
        }
        Issue.record("\(flaw) was not noticed")
    }
}
