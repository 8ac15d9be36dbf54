import FoundationEssentials
import JobsysTestKit
import Testing

// As long as ten million steps may take on a machine that is busy with other things.
@Suite("Every order of events", .quietLog, .timeLimit(.minutes(600)))
struct ModelTests {
    /// How many steps the drawn courses have together; `JOBSYS_MODEL_STEPS` asks for more.
    private static let steps = ProcessInfo.processInfo.environment["JOBSYS_MODEL_STEPS"].flatMap(Int.init) ?? 80_000

    @Test("Whatever fails, dies or comes twice, what was promised holds")
    func random() async throws {
        let parts = 8
        let (steps, courses) = try await withThrowingTaskGroup { group in
            for part in 0..<parts {
                group.addTask { try await draw(from: UInt64(part), by: UInt64(parts), steps: Self.steps / parts) }
            }
            return try await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.steps, $0.1 + $1.courses) }
        }
        print("the model: \(steps) steps in \(courses) drawn courses")
    }

    /// Draws courses, from every so many seeds one, until they have so many steps.
    private func draw(
        from first: UInt64,
        by stride: UInt64,
        steps limit: Int
    ) async throws -> (steps: Int, courses: Int) {
        var (seed, steps, courses) = (first, 0, 0)
        while steps < limit {
            var budget = ModelBudget()
            budget.cancellations = courses % 2
            var choices = RandomChoices(seed: seed)
            let run = try await ModelRun.run(&choices, budget: budget)
            try #require(run.violations.isEmpty, "seed \(seed): \(run)")
            seed += stride
            courses += 1
            steps += run.trace.count
        }
        return (steps, courses)
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

    @Test("No alarm rings in it, though its sleeper begins when the time has passed")
    func alarms() {
        let time = ManualClock(epoch: .sample)
        let (clock, due) = (ModelClock(clock: time), time.now.advanced(by: .seconds(10)))
        time.advance(by: .seconds(60))
        // A sleeper of an alarm clock belongs to no process.
        #expect(!clock.passesAtOnce(until: due))
        StepScheduler.$process.withValue(.worker1) {
            #expect(clock.passesAtOnce(until: due))
            #expect(clock.passesAtOnce(until: time.now.advanced(by: .seconds(5))))
            #expect(!clock.passesAtOnce(until: time.now.advanced(by: .seconds(6))))
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
