import HTTPTypes
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import Logging
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RequestLogTests {
    @Test(
        "A sane X-Request-Id is answered and part of the problem document",
        arguments: ["7", "aZ-0_.9", String(repeating: "r", count: 128)]
    )
    func taken(id: String) async throws {
        let answer = try await APIFixture().answer(.get, "/nowhere", headers: [.xRequestID: id])
        #expect(answer.headers[.xRequestID] == id)
        #expect(answer.json?["requestId"] == .string(id))
    }

    @Test(
        "Without a sane X-Request-Id, one is made",
        arguments: [nil, "", "two words", "a\"b", "é", String(repeating: "r", count: 129)]
    )
    func made(id: String?) async throws {
        var headers = HTTPFields()
        headers[.xRequestID] = id
        let answer = try await APIFixture().answer(.get, "/nowhere", headers: headers)
        #expect(answer.headers[.xRequestID] == "made-here")
        #expect(answer.json?["requestId"] == "made-here")
    }

    @Test("The ids of production are UUIDs, each its own")
    func uuids() async throws {
        let make = APIFixture.productionOptions.makeRequestID
        #expect(make() != make())
        #expect(JobID(make()) != nil)
    }

    @Test("Every request is one line with the route in place of the path, and what it does carries its id")
    func lines() async throws {
        let api = APIFixture()
        _ = try await api.submit(#"{"type":"transform","payload":1}"#, headers: [.xRequestID: "r1"])
        _ = try await api.answer(.get, "/jobs/\(APIFixture.jobID)", headers: [.xRequestID: "r2"])
        _ = try await api.answer(.get, "/nowhere/\(APIFixture.jobID)", headers: [.xRequestID: "r3"])
        let lines = api.logs.entries
        #expect(lines.map(\.message) == ["job accepted", "request", "request", "request"])
        #expect(lines.map(\.level) == [.debug, .info, .info, .info])
        #expect(lines[0].metadata["requestId"] == "r1")
        #expect(lines[0].metadata["jobId"] == "\(APIFixture.jobID)")
        let accepted = lines[0].metadata.filter { $0.key != "requestId" }
        let expected: [Logger.Metadata] = [
            [
                "requestId": "r1", "http.method": "POST", "http.route": "/jobs", "http.status": "202",
                "http.durationMs": "0",
            ]
            .merging(accepted) { own, _ in own },
            [
                "requestId": "r2", "http.method": "GET", "http.route": "/jobs/{id}", "http.status": "200",
                "http.durationMs": "0",
            ],
            ["requestId": "r3", "http.method": "GET", "http.status": "404", "http.durationMs": "0"],
        ]
        #expect(lines.dropFirst().map(\.metadata) == expected)
    }

    @Test("The line says how long the request took")
    func duration() async throws {
        let api = APIFixture()
        let job = Job.sample()
        api.store.put(job)
        try await api.application()
            .test(.router) { client in
                async let response = client.execute(uri: "/jobs/\(job.id)?wait=1", method: .get)
                await api.clock.waitForSleepers()
                api.clock.advance(by: .seconds(1))
                _ = try await response
            }
        #expect(api.logs.entries.last?.metadata["http.durationMs"] == "1000")
    }

    @Test("Probes are logged at debug only", arguments: ["/healthz", "/readyz"])
    func probes(path: String) async throws {
        let api = APIFixture()
        _ = try await api.answer(.get, path)
        #expect(api.logs.entries.map(\.level) == [.debug])
    }
}
