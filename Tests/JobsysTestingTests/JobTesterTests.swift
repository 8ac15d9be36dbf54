import JobsysTesting
import Testing

struct Resize: Codable {
    var url: String
}

extension JobName<Resize> {
    static var resize: Self { JobName("image.resize") }
}

@Suite("The tester of handlers", .timeLimit(.minutes(1)))
struct JobTesterTests {
    private let parameters = Resize(url: "https://example.com/cat.jpeg")

    @Test("runs a handler once, with its parameters, and shows its result and progress")
    func success() async throws {
        var tester = JobTester()
        tester.handle(.resize) { parameters, context in
            context.progress(0.5, "reading")
            context.progress(1)
            return ["length": parameters.url.count]
        }
        let run = try await tester.run(.resize, parameters)
        #expect(run.ending == .succeeded(["length": 28]))
        #expect(try run.result(as: [String: Int].self) == ["length": 28])
        #expect(run.attempts == 1)
        #expect(run.runs == 1)
        #expect(run.failures.isEmpty)
        #expect(run.progress == [.init(0.5, "reading"), .init(1)])
        #expect(run.elapsed == .zero)
    }

    @Test("runs a handler until it succeeds, with the policy's waits in between")
    func retries() async throws {
        var tester = JobTester()
        let policy = JobPolicy(backoff: .init(standard: Backoff(base: .seconds(10), limit: .seconds(60))))
        tester.handle(.resize, policy: policy) { _, context in
            guard context.attempt == 3 else { throw JobFailure(.network, "attempt \(context.attempt)") }
        }
        let run = try await tester.run(.resize, parameters)
        #expect(run.ending == .succeeded(.null))
        #expect(run.attempts == 3)
        #expect(run.failures == [JobFailure(.network, "attempt 1"), JobFailure(.network, "attempt 2")])
        #expect(run.elapsed == .seconds(15))
    }

    @Test("ends with the failure of the last attempt, or with one that no attempt mends")
    func failures() async throws {
        var tester = JobTester()
        tester.handle(.resize) { parameters, context in
            throw JobFailure(parameters.url.isEmpty ? .validation : .system, "attempt \(context.attempt)")
        }
        let last = try await tester.run(.resize, parameters)
        #expect(last.ending == .failed(JobFailure(.system, "attempt 4")))
        #expect(last.failures.map(\.message) == (1...4).map { "attempt \($0)" })
        #expect(throws: JobTestRun.NoResult.self) { try last.result(as: String.self) }
        let once = try await tester.run(.resize, parameters, maxAttempts: 1)
        #expect(once.ending == .failed(JobFailure(.system, "attempt 1")))
        let permanent = try await tester.run(.resize, Resize(url: ""))
        #expect(permanent.ending == .failed(JobFailure(.validation, "attempt 1")))
        #expect(permanent.attempts == 1)
    }

    @Test("lets time pass while a handler sleeps, as far as its timeout")
    func timeout() async throws {
        var tester = JobTester()
        let clock = tester.clock
        tester.handle(.resize, policy: JobPolicy(timeout: .seconds(30))) { parameters, _ in
            try await clock.sleep(for: .seconds(parameters.url.isEmpty ? 3600 : 29))
        }
        let slow = try await tester.run(.resize, parameters)
        #expect(slow.ending == .succeeded(.null))
        #expect(slow.elapsed == .seconds(29))
        let tooSlow = try await tester.run(.resize, Resize(url: ""), maxAttempts: 2)
        #expect(tooSlow.ending == .failed(JobFailure(.system, "timed out after 30.0 seconds")))
        #expect(tooSlow.attempts == 2)
    }

    @Test("cancels a job that waits, and one that runs")
    func cancellation() async throws {
        var tester = JobTester()
        let clock = tester.clock
        tester.handle(.resize) { parameters, _ in
            if parameters.url.isEmpty { throw JobFailure(.rateLimit, "later", retryAfter: .seconds(600)) }
            try await clock.sleep(for: .seconds(600))
        }
        for parameters in [parameters, Resize(url: "")] {
            let run = try await tester.run(.resize, parameters, events: [.cancellation(after: .seconds(5))])
            #expect(run.ending == .cancelled)
            #expect(run.runs == 1)
            #expect(run.elapsed < .seconds(60))
        }
    }

    @Test("stops a worker, which costs no attempt, however the handler says it", arguments: [false, true])
    func stop(isFailure: Bool) async throws {
        var tester = JobTester()
        let clock = tester.clock
        tester.handle(.resize) { _, _ in
            do {
                try await clock.sleep(for: .seconds(10))
            } catch {
                throw isFailure ? JobFailure(.validation, "stopped") : error
            }
        }
        let run = try await tester.run(.resize, parameters, events: [.stop(after: .seconds(4))])
        #expect(run.ending == .succeeded(.null))
        #expect(run.attempts == 1)
        #expect(run.runs == 2)
        #expect(run.failures.isEmpty)
        #expect(run.elapsed == .seconds(14))
    }

    @Test("refuses what no worker would be given")
    func problems() async {
        var tester = JobTester()
        await #expect(throws: JobTester.Problem.self) { try await tester.run(.resize, parameters) }
        tester.handle(.resize) { _, _ in }
        await #expect(throws: JobTester.Problem.self) { try await tester.run(.resize, parameters, maxAttempts: 9) }
        let long = Resize(url: String(repeating: "x", count: 300_000))
        await #expect(throws: JobTester.Problem.self) { try await tester.run(.resize, long) }
    }
}
