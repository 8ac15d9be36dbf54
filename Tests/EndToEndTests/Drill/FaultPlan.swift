import JobsysPropertyTestKit

/// Which call meets which fault: a pure function of the seed and the call's number.
///
/// Clients retry, so single faults seldom reach the code behind them. Every now and then there is a storm, in which most
/// calls fail.
struct FaultPlan: Sendable {
    let seed: UInt64

    /// The fault of the `number`th call, which is of this operation, and for how long it delays the call if it does.
    func fault(for operation: String, number: Int) -> (fault: Fault, delay: Duration)? {
        var generator = SeededGenerator(seed: seed, stream: UInt64(number + 1))
        let intensity = isStormy(number) ? Self.stormIntensity : 1
        var draw = Double.random(in: 0..<1, using: &generator)
        for fault in Fault.allCases where fault.suits(operation) {
            draw -= fault.rate * intensity
            if draw < 0 { return (fault, .milliseconds(Int.random(in: 20...1500, using: &generator))) }
        }
        return nil
    }

    private func isStormy(_ number: Int) -> Bool {
        var generator = SeededGenerator(seed: ~seed, stream: UInt64(number / Self.stormLength + 1))
        return Double.random(in: 0..<1, using: &generator) < Self.stormRate
    }

    private static let stormLength = 100
    private static let stormRate = 0.1
    private static let stormIntensity = 6.0
}
