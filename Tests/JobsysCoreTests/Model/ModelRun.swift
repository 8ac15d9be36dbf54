/// What came of one run of the model.
struct ModelRun: CustomStringConvertible {
    let violations: [String]
    let trace: [ModelMove]

    /// Makes moves as they are chosen, then the plain ones until the system is at rest.
    static func run<Choices: ModelChoices>(
        _ choices: inout Choices,
        budget: ModelBudget = ModelBudget(),
        flaw: ModelFlaw? = nil
    ) async throws -> ModelRun {
        var world = ModelWorld(budget, flaw: flaw)
        var audit = ModelAudit()
        for number in 0..<Self.longest {
            let isFree = number < Self.horizon
            guard isFree || !world.isAtRest else { break }
            let (plain, others) = (world.plainMoves, world.otherMoves)
            let moves = plain + others
            let move = moves[isFree ? choices.choose(of: moves.count, plain: plain.count) : 0]
            try await world.make(move)
            audit.check(world.system, after: move)
        }
        audit.conclude(world)
        return ModelRun(violations: audit.violations, trace: world.trace)
    }

    var description: String {
        "\(violations.joined(separator: "; ")) after:\n  \(trace.map(\.description).joined(separator: "\n  "))"
    }

    /// How many moves are chosen.
    private static let horizon = 40
    /// After so many, a system that is not at rest never will be.
    private static let longest = 200
}
