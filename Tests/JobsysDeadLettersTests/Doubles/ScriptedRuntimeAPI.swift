import JobsysDeadLetters
import Synchronization

/// Lambda's side in memory: hands out what the test says, then nothing more.
final class ScriptedRuntimeAPI: LambdaRuntimeAPI {
    enum Answer: Hashable {
        case success(String, String)
        case failure(String, LambdaFunctionError)
        case noStart(LambdaFunctionError)
    }

    private struct State {
        var turns: [Result<LambdaInvocation, LambdaRuntimeError>]
        var refusals: [LambdaRuntimeError]
        var answers: [Answer] = []
        var questions = 0
    }

    private let state: Mutex<State>
    private let (idle, idleContinuation) = AsyncStream<Void>.makeStream()

    /// Makes an API that gives `turns` to the questions for an invocation, and `refusals` to the first answers.
    init(_ turns: [Result<LambdaInvocation, LambdaRuntimeError>] = [], refusals: [LambdaRuntimeError] = []) {
        state = Mutex(State(turns: turns, refusals: refusals))
    }

    /// The answers that were taken.
    var answers: [Answer] { state.withLock(\.answers) }

    /// How often an invocation was asked for.
    var questions: Int { state.withLock(\.questions) }

    /// Waits until an invocation is asked for and there is none left.
    func waitUntilIdle() async {
        for await _ in idle { return }
    }

    func next() async throws -> LambdaInvocation {
        let turn = state.withLock { state in
            state.questions += 1
            return state.turns.isEmpty ? nil : state.turns.removeFirst()
        }
        if let turn { return try turn.get() }
        idleContinuation.yield()
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw CancellationError()
    }

    func succeed(_ requestID: String, with response: [UInt8]) async throws {
        try take(.success(requestID, String(decoding: response, as: UTF8.self)))
    }

    func fail(_ requestID: String, with error: LambdaFunctionError) async throws {
        try take(.failure(requestID, error))
    }

    func failInitialization(with error: LambdaFunctionError) async throws {
        try take(.noStart(error))
    }

    private func take(_ answer: Answer) throws {
        try state.withLock { state in
            guard state.refusals.isEmpty else { throw state.refusals.removeFirst() }
            state.answers.append(answer)
        }
    }
}
