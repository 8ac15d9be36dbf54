import JobsysJSON
import JobsysPropertyTestKit

/// What a program or an endpoint does with a job, attempt by attempt; the last step goes for all later ones.
struct HandlerScript: Sendable {
    /// What runs the job, named as its type.
    enum Kind: String, Sendable, CaseIterable {
        /// `Endpoints/drill.py`.
        case endpoint = "drill.http"
        /// `Endpoints/drill.sh`.
        case command = "drill.command"
        /// The same, with a short time limit.
        case hanging = "drill.hang"
    }

    let kind: Kind
    let steps: [String]

    /// What the attempt does.
    func step(_ attempt: Int) -> String { steps[min(max(attempt, 1), steps.count) - 1] }

    /// The class of the attempt's failure; nil for one that succeeds.
    func errorClass(_ attempt: Int) -> String? { Self.errorClass(of: step(attempt)) }

    /// The payload of the job.
    var payload: JSONValue {
        switch kind {
        case .endpoint: ["steps": .array(steps.map { .string($0) })]
        case .command, .hanging: .string(steps.joined(separator: " "))
        }
    }

    /// Whether the type's handler fails in this way for reasons that lie in the drill and not in the step.
    ///
    /// An endpoint may be killed or stand still. A worker that stood still finds that the time of its programs is up.
    func isExcused(_ errorClass: String, _ message: String) -> Bool {
        if errorClass == "SYSTEM", message.hasPrefix("timed out after") { return true }
        return kind == .endpoint && errorClass == "NETWORK"
    }

    /// Whether more than one request may come from one attempt at this step: a request whose connection has broken is sent
    /// again if the connection was not new.
    var maySeeTwice: Bool { kind == .endpoint }

    /// Draws a script: most end well after up to two failures, some as VALIDATION, some never well.
    static func draw(_ generator: inout SeededGenerator) -> HandlerScript {
        let kind: Kind =
            switch Int.random(in: 0..<100, using: &generator) {
            case ..<55: .endpoint
            case ..<95: .command
            default: .hanging
            }
        if kind == .hanging { return HandlerScript(kind: kind, steps: ["stubborn", "ok"]) }
        let (good, bad) = kind == .endpoint ? (goodAnswers, badAnswers) : (goodEnds, badEnds)
        var steps = (0..<Int.random(in: 0...2, using: &generator)).map { _ in bad.pick(&generator) }
        switch Int.random(in: 0..<10, using: &generator) {
        case ..<8: steps.append(good.pick(&generator))
        case 8: steps.append(kind == .endpoint ? "422" : "65")
        default: steps.append(bad.pick(&generator))
        }
        return HandlerScript(kind: kind, steps: steps)
    }

    private static let goodAnswers = ["ok", "ok", "ok", "slow 1", "slow 7", "async", "async", "early"]
    private static let badAnswers = [
        "limit 1", "until 1", "busy 1", "503", "500", "404", "408", "reset", "half", "silent", "fail SYSTEM", "die",
        "slow 15",
    ]
    private static let goodEnds = ["ok", "ok", "fork", "fork", "long"]
    private static let badEnds = ["75", "69", "68", "1", "kill", "flood"]

    private static func errorClass(of step: String) -> String? {
        switch step {
        case "ok", "slow 1", "slow 7", "async", "early", "fork", "long": nil
        case "limit 1", "until 1", "75": "RATE_LIMIT"
        case "422", "65": "VALIDATION"
        case "408", "reset", "half", "silent", "die", "slow 15", "68": "NETWORK"
        case "1", "flood": "UNKNOWN"
        default: "SYSTEM"
        }
    }
}

extension [String] {
    fileprivate func pick(_ generator: inout SeededGenerator) -> String {
        self[Int.random(in: indices, using: &generator)]
    }
}

extension JobOrder {
    /// Draws a job that a program or an endpoint runs.
    static func drawScripted(_ number: Int, seed: UInt64) -> JobOrder {
        var generator = SeededGenerator(seed: seed &+ 7, stream: UInt64(number + 1))
        let script = HandlerScript.draw(&generator)
        let neverEndsWell = (1...script.steps.count).allSatisfy { script.errorClass($0) != nil }
        return JobOrder(
            number: number,
            type: script.kind.rawValue,
            payload: script.payload,
            maxAttempts: neverEndsWell ? script.steps.count : 8,
            expectation: .script(script),
            isRepeated: Int.random(in: 0..<5, using: &generator) == 0
        )
    }
}
