import JobsysCore
import JobsysDeadLetters
import JobsysTestKit
import Testing

@Suite("The Lambda loop", .timeLimit(.minutes(1)))
struct LambdaRuntimeLoopTests {
    static let unreachable = LambdaRuntimeError(code: .unreachable, message: "connection refused")
    static let refusal = LambdaRuntimeError(code: .refused, message: "413")

    @Test("Answers each invocation with what the function returns")
    func success() async throws {
        let api = ScriptedRuntimeAPI([.success(.sample("1", event: "a")), .success(.sample("2", event: "b"))])
        try await running(loop(api)) { _ in await api.waitUntilIdle() }
        #expect(api.answers == [.success("1", "done a"), .success("2", "done b")])
    }

    @Test("Posts what the function throws as the invocation's failure, and goes on")
    func failure() async throws {
        let api = ScriptedRuntimeAPI([.success(.sample("1", event: "bad")), .success(.sample("2", event: "b"))])
        try await running(loop(api)) { _ in await api.waitUntilIdle() }
        #expect(
            api.answers == [
                .failure("1", LambdaFunctionError(type: "Test.Bad", message: "no")), .success("2", "done b"),
            ]
        )
    }

    @Test("Asks again if the runtime API cannot be reached for a moment")
    func retry() async throws {
        let api = ScriptedRuntimeAPI(
            [.failure(Self.unreachable), .failure(Self.unreachable), .success(.sample("1", event: "a"))]
        )
        try await running(loop(api)) { _ in await api.waitUntilIdle() }
        #expect(api.answers == [.success("1", "done a")])
        #expect(api.questions == 4)
    }

    @Test("The pauses between the tries grow")
    func pauses() async throws {
        let clock = ManualClock()
        let api = ScriptedRuntimeAPI(Array(repeating: .failure(Self.unreachable), count: 4))
        try await running(LambdaRuntimeLoop(api: api, clock: clock, draw: { 0.5 }, function: Self.function)) { _ in
            for (question, pause) in [50, 100, 200, 400].enumerated() {
                await clock.waitForSleepers()
                #expect(api.questions == question + 1)
                clock.advance(by: .milliseconds(pause))
            }
            await api.waitUntilIdle()
        }
        #expect(api.questions == 5)
    }

    @Test("Fails if the runtime API stays away")
    func gone() async throws {
        let api = ScriptedRuntimeAPI(Array(repeating: .failure(Self.unreachable), count: 5))
        let error = await #expect(throws: LambdaRuntimeError.self) { try await loop(api).run() }
        #expect(error?.code == .unreachable)
        #expect(api.questions == 5)
    }

    @Test(
        "Fails at once if the runtime API answers out of order",
        arguments: [.refused, .unexpectedStatus, .missingHeader, .malformedHeader] as [LambdaRuntimeError.Code]
    )
    func broken(code: LambdaRuntimeError.Code) async throws {
        let api = ScriptedRuntimeAPI([.failure(LambdaRuntimeError(code: code, message: "x"))])
        let error = await #expect(throws: LambdaRuntimeError.self) { try await loop(api).run() }
        #expect(error?.code == code)
        #expect(api.questions == 1)
    }

    @Test("Posts an answer again if it did not get through")
    func answerRetried() async throws {
        let api = ScriptedRuntimeAPI([.success(.sample("1", event: "a"))], refusals: [Self.unreachable])
        try await running(loop(api)) { _ in await api.waitUntilIdle() }
        #expect(api.answers == [.success("1", "done a")])
    }

    @Test("Goes on after an answer that Lambda refused")
    func answerRefused() async throws {
        let api = ScriptedRuntimeAPI(
            [.success(.sample("1", event: "a")), .success(.sample("2", event: "b"))],
            refusals: [Self.refusal]
        )
        try await running(loop(api)) { _ in await api.waitUntilIdle() }
        #expect(api.answers == [.success("2", "done b")])
    }

    @Test("Fails if Lambda's side is broken when an answer is posted")
    func answerBroken() async throws {
        let broken = LambdaRuntimeError(code: .unexpectedStatus, message: "500")
        let api = ScriptedRuntimeAPI([.success(.sample("1", event: "a"))], refusals: [broken])
        let error = await #expect(throws: LambdaRuntimeError.self) { try await loop(api).run() }
        #expect(error?.code == .unexpectedStatus)
    }

    @Test("A graceful shutdown lets the running invocation finish")
    func shutdown() async throws {
        let api = ScriptedRuntimeAPI([.success(.sample("1", event: "a")), .success(.sample("2", event: "b"))])
        let clock = ManualClock()
        let loop = LambdaRuntimeLoop(api: api) { invocation async throws(LambdaFunctionError) in
            do {
                try await clock.sleep(for: .seconds(1))
            } catch {
                throw LambdaFunctionError(type: "Test.Cancelled", message: "\(error)")
            }
            return Array("finished".utf8)
        }
        try await running(loop) { shutDown in
            await clock.waitForSleepers()
            shutDown()
            clock.advance(by: .seconds(1))
        }
        #expect(api.answers == [.success("1", "finished")])
        #expect(api.questions == 1)
    }

    private static let function: LambdaRuntimeLoop.Function = { invocation async throws(LambdaFunctionError) in
        let event = String(decoding: invocation.event, as: UTF8.self)
        guard event != "bad" else { throw LambdaFunctionError(type: "Test.Bad", message: "no") }
        return Array("done \(event)".utf8)
    }

    /// A loop that does not pause.
    private func loop(_ api: ScriptedRuntimeAPI) -> LambdaRuntimeLoop {
        LambdaRuntimeLoop(api: api, clock: ManualClock(), draw: { 0 }, function: Self.function)
    }
}
