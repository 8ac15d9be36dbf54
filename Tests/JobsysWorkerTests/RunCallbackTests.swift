import HTTPTypes
import Hummingbird
import JobsysAWSTestKit
import JobsysCore
import JobsysJSON
import JobsysServiceRuntime
import JobsysServiceTestKit
import JobsysTestKit
import Logging
import NIOCore
import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import JobsysWorker

@Suite("Asynchronous runs", .timeLimit(.minutes(1)))
struct RunCallbackTests {
    private static let accepted = Script.respond(202, headers: [.jobsys("jobsys-async"): "true"])

    /// Has an endpoint take a job, says something of the run, and answers the run's outcome.
    private func outcome(
        of script: Script = RunCallbackTests.accepted,
        clock: any Clock<Duration> = ContinuousClock(),
        report: @escaping @Sendable (Double, String?) -> Void = { _, _ in },
        _ body: (CallbackRun, HTTPHandlerBench) async throws -> Void
    ) async throws -> Result<JSONValue, any Error> {
        let requests = Requests()
        return try await HTTPHandlerBench.with(clock: clock, answer: requests.answering(script)) { bench in
            async let result = bench.run(report: report)
            try await body(try bench.run(of: requests.next()), bench)
            do {
                return .success(try await result)
            } catch {
                return .failure(error)
            }
        }
    }

    @Test("A run ends as its endpoint says: complete")
    func complete() async throws {
        let outcome = try await outcome { run, _ in
            #expect(run.takeHeartbeat() == .continue)
            #expect(run.take(.completed(["width": 640])))
            // A repeat is answered as the first call was, and changes nothing.
            #expect(run.take(.completed(["width": 320])))
            #expect(!run.take(.failed(JobFailure(.system, "no"))))
            #expect(run.takeHeartbeat() == nil)
        }
        #expect(try outcome.get() == ["width": 640])
    }

    @Test("A run ends as its endpoint says: fail")
    func fail() async throws {
        let failure = JobFailure(.rateLimit, "later", retryAfter: .seconds(7))
        let outcome = try await outcome { run, _ in
            #expect(run.take(.failed(failure)))
            #expect(run.take(.failed(failure)))
            #expect(!run.take(.completed(.null)))
        }
        #expect(throws: failure) { try outcome.get() }
    }

    @Test("What was taken holds, whatever the answer is that comes after it", arguments: [true, false])
    func beforeTheAnswer(isLost: Bool) async throws {
        let callbacks = Mutex<RunCallbacks?>(nil)
        let answer: ScriptedServer.Handler = { request in
            let token = request.headers[.jobsys("jobsys-callback")]?.split(separator: "/").last.map(String.init)
            guard case .run(let run)? = callbacks.withLock({ $0 })?.find(token ?? "") else { return .respond(599) }
            return run.take(.completed("early")) ? (isLost ? .closeWithoutAnswer : Self.accepted) : .respond(599)
        }
        try await HTTPHandlerBench.with(answer: answer) { bench in
            callbacks.withLock { $0 = bench.callbacks }
            let found1 = try await bench.run()
            #expect(found1 == "early")
        }
    }

    @Test("Progress reaches the job, and counts as a sign of life")
    func progress() async throws {
        let reports = Mutex<[String]>([])
        let outcome = try await outcome(
            report: { fraction, message in reports.withLock { $0.append("\(fraction) \(message ?? "-")") } },
            { run, _ in
                #expect(run.takeProgress(0.5, "half") == .continue)
                #expect(run.takeProgress(0.75, nil) == .continue)
                _ = run.take(.completed(.null))
                #expect(run.takeProgress(1, "late") == nil)
            }
        )
        #expect(try outcome.get() == .null)
        #expect(reports.withLock(\.self) == ["0.5 half", "0.75 -"])
    }

    @Test("An endpoint that falls silent is a failure of the network; one that shows signs of life is waited for")
    func silence() async throws {
        let clock = ManualClock()
        let outcome = try await outcome(clock: clock) { run, _ in
            for _ in 1...3 {
                await clock.waitForSleepers()
                clock.advance(by: .seconds(59))
                #expect(run.takeHeartbeat() == .continue)
                clock.advance(by: .seconds(1))
            }
            await clock.waitForSleepers()
            clock.advance(by: .seconds(60))
        }
        let failure = #expect(throws: JobFailure.self) { try outcome.get() }
        #expect(failure?.errorClass == .network)
        #expect(failure?.message.contains("no sign of life for 60.0 seconds") == true)
    }

    @Test("A heartbeat tells that the job was cancelled, and then nothing else counts")
    func cancel() async throws {
        let requests = Requests()
        let clock = ManualClock()
        try await HTTPHandlerBench.with(clock: clock, answer: requests.answering(Self.accepted)) { bench in
            try await withThrowingTaskGroup(of: JSONValue.self) { group in
                group.addTask { try await bench.run() }
                let run = try bench.run(of: try await requests.next())
                await clock.waitForSleepers()
                group.cancelAll()
                await #expect(throws: CancellationError.self) { _ = try await group.next() }
                #expect(run.takeHeartbeat() == .cancel)
                #expect(run.takeProgress(0.5, nil) == .cancel)
                #expect(!run.take(.completed(.null)))
            }
        }
    }

    @Test("A heartbeat tells that the worker stops, which still takes the outcome")
    func drain() async throws {
        let requests = Requests()
        let clock = ManualClock()
        try await HTTPHandlerBench.with(clock: clock, answer: requests.answering(Self.accepted)) { bench in
            try await testGracefulShutdown { trigger in
                async let result = bench.run()
                let run = try bench.run(of: try await requests.next())
                await clock.waitForSleepers()
                #expect(run.takeHeartbeat() == .continue)
                trigger.triggerGracefulShutdown()
                #expect(run.takeHeartbeat() == .drain)
                #expect(run.take(.completed("in time")))
                #expect(try await result == "in time")
            }
        }
    }

    @Test("A token is known to the process that made it, for as long as the run lasts and a while longer")
    func tokens() throws {
        let callbacks = RunCallbacks(base: nil)
        callbacks.listen(at: "http://10.0.0.7:8081")
        let first = callbacks.open(try HTTPHandlerBench.context())
        #expect(first.url == "http://10.0.0.7:8081/runs/\(first.token)")
        let second = callbacks.open(try HTTPHandlerBench.context())
        #expect(first.token != second.token)
        callbacks.close(first)
        guard case .run = callbacks.find(first.token), case .run = callbacks.find(second.token) else {
            Issue.record("a run is not found")
            return
        }
        for _ in 1...1000 { callbacks.close(callbacks.open(try HTTPHandlerBench.context())) }
        guard case .forgotten = callbacks.find(first.token), case .run = callbacks.find(second.token) else {
            Issue.record("the wrong runs are forgotten")
            return
        }
        let forged = [
            "", ".", "x", first.token + "0", String(first.token.dropLast()), "1" + first.token,
            first.token.replacingOccurrences(".1.2.", ".1.3."), String(repeating: "x", count: 5000),
        ]
        for token in forged {
            guard case .unknown = callbacks.find(token) else {
                Issue.record("\(token) is known")
                continue
            }
        }
        guard case .unknown = RunCallbacks(base: nil).find(second.token) else {
            Issue.record("a token of another process is known")
            return
        }
    }

    @Test("The routes answer as documented")
    func routes() async throws {
        let callbacks = RunCallbacks(base: nil)
        let reports = Mutex<[Double]>([])
        let context = try HTTPHandlerBench.context(report: { fraction, _ in reports.withLock { $0.append(fraction) } })
        let (first, second) = (callbacks.open(context), callbacks.open(context))
        let server = HealthServer(readiness: Readiness(checks: []), port: 0)
            .serving({ callbacks.addRoutes(to: $0) }, onListening: { _ in })
        try await server.application.test(.router) { client in
            func post(_ token: String, _ verb: String, _ body: String = "") async throws -> (Int, String) {
                let response = try await client.execute(
                    uri: "/runs/\(token)/\(verb)",
                    method: .post,
                    headers: [.contentType: "application/json"],
                    body: ByteBuffer(string: body)
                )
                return (response.status.code, String(buffer: response.body))
            }
            let found2 = try await post(first.token, "heartbeat")
            #expect(found2 == (200, #"{"action":"continue"}"#))
            let found3 = try await post(first.token, "progress", #"{"fraction":0.5}"#)
            #expect(found3 == (200, #"{"action":"continue"}"#))
            for body in ["", "{}", #"{"fraction":2}"#, "half"] {
                let found4 = try await post(first.token, "progress", body)
                #expect(found4.0 == 400)
            }
            let found5 = try await post(first.token, "complete", #"{"width":640}"#)
            #expect(found5 == (204, ""))
            let found6 = try await post(first.token, "complete", #"{"width":640}"#)
            #expect(found6 == (204, ""))
            for verb in ["heartbeat", "fail"] {
                let found7 = try await post(first.token, verb)
                #expect(found7.0 == 409)
            }
            let found8 = try await post(second.token, "complete", String(repeating: "1", count: 98_305))
            #expect(found8.0 == 413)
            let found9 = try await post(second.token, "fail", #"{"class":"VALIDATION","message":"no image"}"#)
            #expect(found9 == (204, ""))
            callbacks.close(second)
            let found10 = try await post(second.token, "fail", #"{"class":"VALIDATION"}"#)
            #expect(found10 == (204, ""))
            let found11 = try await post(second.token, "progress", #"{"fraction":0.5}"#)
            #expect(found11.0 == 409)
            for path in ["x.1/heartbeat", "\(first.token)/sing"] {
                let parts = path.split(separator: "/").map(String.init)
                let found12 = try await post(parts[0], parts[1])
                #expect(found12.0 == 404)
            }
        }
        #expect(reports.withLock(\.self) == [0.5])
        #expect(try first.end()?.result() == ["width": 640])
        #expect(throws: JobFailure(.validation, "no image")) { try second.end()?.result() }
    }
}

extension String {
    fileprivate func replacingOccurrences(_ old: String, _ new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return "\(self[..<range.lowerBound])\(new)\(self[range.upperBound...])"
    }
}
