import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("The drill handler", .timeLimit(.minutes(1)))
struct DrillHandlerTests {
    private func run(
        _ payload: JSONValue,
        attempt: Int = 1,
        draw: Double = 0.5,
        clock: ManualClock = ManualClock()
    ) async -> JobOutcome {
        var registry = JobRegistry()
        registry.register(DrillHandler(clock: clock, draw: { draw }))
        var job = Job.sample(type: "drill", payload: payload)
        job.attempts = attempt
        return await registry.run(job)
    }

    @Test(
        "It fails the attempts that it is told to, with the class that it is told",
        arguments: [
            ([:], 1, nil),
            (["failTimes": 0], 1, nil),
            (["failTimes": 2], 1, .system),
            (["failTimes": 2], 2, .system),
            (["failTimes": 2], 3, nil),
            (["failTimes": 1, "class": "RATE_LIMIT"], 1, .rateLimit),
            (["failTimes": 1, "class": "RATE_LIMIT"], 2, nil),
            (["class": "VALIDATION"], 1, .validation),
            (["class": "NETWORK"], 9, .network),
            (["class": "UNKNOWN"], 2, .unknown),
            (["rate": 0], 1, nil),
            (["rate": 0.5], 1, nil),
            (["rate": 0.51], 1, .system),
            (["rate": 1], 1, .system),
            (["rate": 0, "class": "NETWORK"], 1, nil),
            (["rate": 1, "class": "NETWORK"], 1, .network),
            (["failTimes": 1, "rate": 0], 1, .system),
            (["failTimes": 1, "rate": 0], 2, nil),
            (["failTimes": 1, "rate": 1], 2, .system),
            (["crash": false, "hang": false], 1, nil),
        ] as [(JSONValue, Int, ErrorClass?)]
    )
    func failures(payload: JSONValue, attempt: Int, errorClass: ErrorClass?) async {
        let expected: JobOutcome =
            errorClass.map { .failed(JobFailure($0, "attempt \(attempt) failed, as the drill wants")) }
            ?? .succeeded(["attempt": .int(attempt)])
        #expect(await run(payload, attempt: attempt) == expected)
    }

    @Test("A rate of one fails at every draw")
    func certainFailure() async {
        #expect(await run(["rate": 1], draw: 1.0.nextDown).failure?.errorClass == .system)
    }

    @Test(
        "It refuses what makes no sense",
        arguments: [
            (["failTimes": -1], "/failTimes must be 0 or more"),
            (["rate": -0.1], "/rate must be from 0 to 1"),
            (["rate": 1.1], "/rate must be from 0 to 1"),
            (["sleepMs": -1], "/sleepMs must be from 0 to 3600000"),
        ] as [(JSONValue, String)]
    )
    func nonsense(payload: JSONValue, message: String) async {
        #expect(await run(payload) == .failed(JobFailure(.validation, message)))
    }

    @Test("It works before it fails")
    func pause() async {
        let clock = ManualClock()
        async let outcome = run(["class": "NETWORK", "sleepMs": 100], clock: clock)
        await clock.waitForSleepers()
        clock.advance(by: .milliseconds(100))
        #expect(await outcome.failure?.errorClass == .network)
    }

    @Test("It hangs until it is cancelled")
    func hang() async {
        let clock = ManualClock()
        let outcome = await withTaskGroup { group in
            group.addTask { await run(["hang": true], clock: clock) }
            for _ in 0..<3 {
                await clock.waitForSleepers()
                clock.advance(by: .seconds(3600))
            }
            await clock.waitForSleepers()
            group.cancelAll()
            return await group.next()
        }
        #expect(outcome == .interrupted)
    }

    @Test("It ends the process in mid-job")
    func crash() async {
        await #expect(processExitsWith: .exitCode(134)) {
            var registry = JobRegistry()
            registry.register(DrillHandler())
            _ = await registry.run(.sample(type: "drill", payload: ["crash": true]))
        }
    }
}
