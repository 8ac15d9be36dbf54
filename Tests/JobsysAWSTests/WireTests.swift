import HTTPTypes
import JobsysAWS
import JobsysAWSTestKit
import JobsysHTTP
import Testing

@Suite struct WireTests {
    private static let item = #"{"Item":{"PK":{"S":"a"}}}"#

    @Test("A fault that stays is met with as many attempts and pauses as its sort asks for", arguments: WireFault.all)
    func persistent(fault: WireFault) async throws {
        try await ScriptedServer.with(fault.script) { server in
            try await WireFixture.with(server.url) { fixture in
                let error = try #require(try await fixture.failure(of: Fixture.getItem))
                #expect(error.code == fault.code)
                #expect(error.kind == fault.kind)
                #expect(error.attempts == fault.pauses.count + 1)
                #expect(error.mayHaveBeenApplied == fault.isUnknown)
                #expect(fixture.clock.sleeps == fault.pauses.filter { $0 > .zero })
                #expect(server.requests.count == error.attempts)
            }
        }
    }

    @Test("A conditional write is repeated, unless the fault came after its success", arguments: WireFault.all)
    func conditionalWrite(fault: WireFault) async throws {
        try await ScriptedServer.with(fault.script) { server in
            try await WireFixture.with(server.url) { fixture in
                let error = try #require(try await fixture.failure(of: Fixture.putNew))
                #expect(error.code == fault.code)
                #expect(error.attempts == (fault.isSuccess ? 1 : fault.pauses.count + 1))
                #expect(error.mayHaveBeenApplied == fault.isUnknown)
            }
        }
    }

    @Test("A fault that passes is got over at the next attempt", arguments: WireFault.all.filter { !$0.pauses.isEmpty })
    func passing(fault: WireFault) async throws {
        try await ScriptedServer.with(responses: [fault.script, .json(Self.item)]) { server in
            try await WireFixture.with(server.url) { fixture in
                let outcome = try await fixture.client.outcome(of: Fixture.getItem)
                #expect(outcome.output == ["PK": .s("a")])
                #expect(outcome.attempts == 2)
                #expect(outcome.mayHaveBeenAppliedBefore == fault.isUnknown)
                #expect(fixture.clock.sleeps == fault.pauses.prefix(1).filter { $0 > .zero })
            }
        }
    }

    @Test("Faults of different sorts in a row: each has the pause of its own sort, and one that may have hit is enough")
    func mixed() async throws {
        let throttled = Script.error(400, "ThrottlingException")
        try await ScriptedServer.with(responses: [throttled, .reset, throttled, .json(Self.item)]) { server in
            try await WireFixture.with(server.url) { fixture in
                let outcome = try await fixture.client.outcome(of: Fixture.getItem)
                #expect(outcome.attempts == 4)
                #expect(outcome.mayHaveBeenAppliedBefore)
                #expect(fixture.clock.sleeps == [WireFault.long[0], WireFault.short[1], WireFault.long[2]])
            }
        }
    }

    @Test("Silence is waited for as long as is allowed, each time", arguments: WireFault.silence)
    func silence(fault: WireFault) async throws {
        try await ScriptedServer.with(fault.script) { server in
            // Real time: long enough to get the request over on a machine that is busy.
            try await WireFixture.with(server.url, timeout: .seconds(1)) { fixture in
                let error = try #require(try await fixture.failure(of: Fixture.putNew))
                #expect(error.code == fault.code)
                #expect(error.attempts == fault.pauses.count + 1)
                #expect(error.mayHaveBeenApplied)
                #expect(fixture.clock.sleeps == fault.pauses)
            }
        }
    }

    @Test("What only looks odd is no fault")
    func harmless() async throws {
        let odd: [Script] = [
            .slow(Self.item, pause: .milliseconds(20)),
            .respondChunked(status: 200, headers: [:], chunks: Self.item.utf8.map { [$0] }),
            .send(Array("HTTP/1.1 103 Early Hints\r\nDate: now\r\n\r\n".utf8)), .json(Self.item),
        ]
        let scripts = Array(odd.prefix(2)) + [.sequence(Array(odd.suffix(2)))]
        try await ScriptedServer.with(responses: scripts) { server in
            try await WireFixture.with(server.url) { fixture in
                for _ in scripts {
                    let outcome = try await fixture.client.outcome(of: Fixture.getItem)
                    #expect(outcome == .init(output: ["PK": .s("a")]))
                }
            }
        }
    }

    @Test("Where nobody listens nothing was applied")
    func refused() async throws {
        let url = try await ScriptedServer.with(responses: []) { $0.url }
        try await WireFixture.with(url) { fixture in
            let error = try #require(try await fixture.failure(of: Fixture.putNew))
            #expect(error.code == "TransportCannotConnect")
            #expect(error.attempts == 4)
            #expect(!error.mayHaveBeenApplied)
        }
    }

    @Test("A configured path is kept before the operation's own, at every attempt")
    func pathPrefix() async throws {
        try await ScriptedServer.with(responses: [.reset, .respond(503), .json(Self.item)]) { server in
            try await WireFixture.with(server.url + "/prefix") { fixture in
                _ = try await fixture.client.perform(Fixture.getItem)
                #expect(server.requests.map(\.path) == Array(repeating: "/prefix/", count: 3))
            }
        }
    }
}
