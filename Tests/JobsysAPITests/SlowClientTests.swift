import InMemoryLogging
import JobsysAPI
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTesting
import Logging
import Testing

@Suite("Slow clients", .timeLimit(.minutes(1)))
struct SlowClientTests {
    private static let good = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

    private func api() -> APIFixture {
        var api = APIFixture()
        api.options.headDeadline = .seconds(1)
        api.options.answerDeadline = .seconds(1)
        return api
    }

    @Test(
        "are cut off if their header does not come in time, after requests that were answered, too",
        arguments: [["G"], ["GET /healthz HTTP/1.1\r\nHost: x\r\nX:"], [good, "GET /"]]
    )
    func header(texts: [String]) async throws {
        let api = api()
        try await api.application()
            .test(.live) { client in
                try await RawConnection.with(port: try #require(client.port)) { connection in
                    async let heard = connection.rest()
                    for (index, text) in texts.enumerated() {
                        // The next text comes by itself, once the request before it was seen.
                        while api.logs.entries.count(where: { $0.message == "request" }) < index { await Task.yield() }
                        try await connection.send(text)
                    }
                    let statuses = RawAnswer(try await heard).statuses
                    #expect(statuses == Array(repeating: 200, count: texts.count - 1))
                }
            }
        #expect(api.reasons == ["its header did not come in time"])
    }

    @Test("are cut off if they do not take their answers, and those who do are served meanwhile")
    func answer() async throws {
        let api = api()
        try await api.application()
            .test(.live) { client in
                let port = try #require(client.port)
                try await RawConnection.with(port: port) { connection in
                    // More than the buffers of both ends hold.
                    let request = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
                    async let sent: Void = connection.send(String(repeating: request, count: 2000))
                    while api.reasons.isEmpty {
                        try Task.checkCancellation()
                        let answer = try await RawConnection.with(port: port) { other in
                            try await other.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            return try await other.rest()
                        }
                        #expect(RawAnswer(answer).status == 200)
                    }
                    // Whether all of it was sent before the connection ended does not matter.
                    try? await sent
                }
            }
        #expect(api.reasons == ["it did not take its answer in time"])
    }

    @Test("A request that takes long to answer is no slow client")
    func longAnswer() async throws {
        let api = api()
        let job = try await api.submit(#"{"type":"transform","payload":1}"#)
        #expect(job.status == 202)
        try await api.application()
            .test(.live) { client in
                try await RawConnection.with(port: try #require(client.port)) { connection in
                    try await connection.send("GET /jobs/\(APIFixture.jobID)?wait=20 HTTP/1.1\r\nHost: x\r\n\r\n")
                    await api.clock.waitForSleepers()
                    // The head of another request begins, and its time passes twice while the first is answered.
                    try await connection.send("GET /healthz HTTP/1.1\r\n")
                    try await RawConnection.with(port: try #require(client.port)) { slow in
                        try await slow.send("G")
                        _ = try await slow.rest()
                    }
                    api.clock.advance(by: .seconds(20))
                    try await connection.send("Host: x\r\nConnection: close\r\n\r\n")
                    #expect(RawAnswer(try await connection.rest()).statuses == [200, 200])
                }
            }
    }
}

extension APIFixture {
    /// Why connections of slow clients were ended.
    fileprivate var reasons: [String] { logs.entries.compactMap { $0.metadata["reason"].map { "\($0)" } } }
}
