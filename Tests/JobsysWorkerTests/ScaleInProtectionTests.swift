import JobsysAWSTestKit
import JobsysHTTP
import JobsysServiceRuntime
import JobsysTestKit
import JobsysTime
import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import JobsysWorker

@Suite("Scale-in protection", .timeLimit(.minutes(1)))
struct ScaleInProtectionTests {
    private var state = ProtectionState()

    @Test("is asked for when long jobs run, renewed in half its time, and taken back when none has run for a while")
    mutating func states() {
        #expect(state.step(isBusy: false, at: .zero) == .none)
        #expect(state.step(isBusy: true, at: .seconds(5)) == .some(.seconds(1800)))
        #expect(state.step(isBusy: true, at: .seconds(900)) == .none)
        #expect(state.step(isBusy: true, at: .seconds(905)) == .some(.seconds(1800)))
        #expect(state.step(isBusy: false, at: .seconds(910)) == .none)
        #expect(state.step(isBusy: false, at: .seconds(935)) == .some(.none))
        #expect(state.step(isBusy: false, at: .seconds(940)) == .none)
    }

    @Test("that was refused is asked for again")
    mutating func refused() {
        _ = state.step(isBusy: true, at: .zero)
        state.noteFailure()
        #expect(state.step(isBusy: true, at: .seconds(5)) == .some(.seconds(1800)))
    }

    @Test("is not asked for while only such jobs run that the grace period leaves time for")
    func shortJobs() async throws {
        let clock = ManualClock()
        let runs = RunningJobs(elapsed: stopwatch(clock))
        let requests = Mutex<[Duration?]>([])
        let protection = ScaleInProtection(
            threshold: .seconds(20),
            longestRun: { runs.longest },
            clock: clock,
            request: { expiry in requests.withLock { $0.append(expiry) } }
        )
        await testGracefulShutdown { trigger in
            async let run: Void = protection.run()
            func pass(_ time: Duration) async {
                for _ in 0..<Int(time / .seconds(5)) {
                    await clock.waitForSleepers()
                    clock.advance(by: .seconds(5))
                }
                await clock.waitForSleepers()
            }
            // Busy all the time, but never for long with the same one.
            for _ in 0..<10 {
                let job = runs.begin()
                await pass(.seconds(20))
                runs.end(job)
            }
            #expect(requests.withLock(\.self) == [])
            let job = runs.begin()
            await pass(.seconds(25))
            #expect(requests.withLock(\.self) == [.seconds(1800)])
            runs.end(job)
            let next = runs.begin()
            await pass(.seconds(20))
            runs.end(next)
            await pass(.seconds(10))
            #expect(requests.withLock(\.self) == [.seconds(1800), nil])
            trigger.triggerGracefulShutdown()
            // It throws nothing.
            _ = try? await run
        }
    }

    @Test(
        "is not asked for through a proxy, wherever ECS says that its agent is",
        arguments: ["agent.invalid", "[::1]:1"]
    )
    func proxy(authority: String) async throws {
        try await ScriptedServer.with(.respond(200)) { proxy in
            let proxies = try ProxySettings(environment: ["HTTP_PROXY": proxy.url])
            let transport = try CurlTransport(configuration: .init(proxies: proxies))
            // A name below .invalid leads nowhere (RFC 2606, section 2), and nobody listens on port 1.
            let agent = try #require(HTTPURL("http://\(authority)/api/5d1e"))
            let request = ScaleInProtection.request(to: agent, transport: transport)
            let error = await #expect(throws: TransportError.self) { try await request(.seconds(60)) }
            #expect([.cannotResolve, .cannotConnect, .timedOut].contains(error?.code))
            await transport.shutdown()
            #expect(proxy.requests == [])
        }
    }

    @Test("is asked for as the ECS agent wants it", arguments: ["api/5d1e", "api/5d1e/"])
    func wire(path: String) async throws {
        try await ScriptedServer.with(responses: [.respond(200)]) { server in
            let transport = try CurlTransport()
            let url = "http://\(server.authority)/\(path)"
            let protection = try #require(
                ScaleInProtection(agentURL: url, transport: transport, threshold: .seconds(20)) { .seconds(21) }
            )
            await testGracefulShutdown { trigger in
                async let run: Void = protection.run()
                while server.requests.isEmpty { await Task.yield() }
                trigger.triggerGracefulShutdown()
                // It throws nothing.
                _ = try? await run
            }
            await transport.shutdown()
            #expect(server.requests.map(\.method) == ["PUT"])
            #expect(server.requests.map(\.path) == ["/api/5d1e/task-protection/v1/state"])
            #expect(server.requests.map(\.text) == [#"{"ProtectionEnabled":true,"ExpiresInMinutes":30}"#])
        }
    }
}
