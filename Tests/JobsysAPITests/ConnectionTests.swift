import HTTPTypes
import InMemoryLogging
import JobsysAPI
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    private static let head = "POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    private let tooLong = problem(413, "Content Too Large", "The body is longer than the limit of 2097152 bytes.")

    @Test("A body that announces too much is refused before a byte of it was sent, and the connection ends")
    func announced() async throws {
        let answer = try await APIFixture().say([Self.head + "Content-Length: 10485760\r\n\r\n"])
        #expect(answer.status == 413)
        #expect(answer.connection == "close")
        #expect(answer.json == tooLong)
    }

    @Test("Who sends such a body all the same still hears the answer")
    func sentAnyway() async throws {
        let part = String(repeating: "x", count: 1 << 20)
        let answer = try await APIFixture()
            .say([Self.head + "Content-Length: 10485760\r\n\r\n"] + Array(repeating: part, count: 10))
        #expect(answer.status == 413)
        #expect(answer.json == tooLong)
    }

    @Test("A body of unknown length is cut off at the limit, and the connection ends")
    func chunked() async throws {
        let chunk = "8000\r\n" + String(repeating: " ", count: 0x8000) + "\r\n"
        let answer = try await APIFixture()
            .say(
                [Self.head + "Transfer-Encoding: chunked\r\n\r\n"] + Array(repeating: chunk, count: 65)
            )
        #expect(answer.status == 413)
        #expect(answer.connection == "close")
        #expect(answer.json == tooLong)
    }

    @Test("A body of unknown length within the limit is taken")
    func chunkedJob() async throws {
        let chunks = ["10\r\n{\"type\":\"drill\",\r\n", "E\r\n\"payload\":{} }\r\n", "0\r\n\r\n"]
        let answer = try await APIFixture()
            .say(
                [Self.head + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"] + chunks,
                finish: true
            )
        #expect(answer.status == 202)
    }

    @Test(
        "A client that asks first is told to send its body, unless that is too long",
        arguments: [(29, ["100", "202"]), (10_485_760, ["413"])]
    )
    func expectation(length: Int, statuses: [Substring]) async throws {
        let head = Self.head + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n"
        let answer = try await APIFixture().say([head, #"{"type":"drill","payload":{}}"#], finish: true)
        #expect(answer.text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) } == statuses)
    }

    @Test("A body that does not arrive in time is answered with 408, and the connection ends")
    func slow() async throws {
        let api = APIFixture()
        let answer = try await api.say([Self.head + "Content-Length: 20\r\n\r\n{"]) {
            await api.clock.waitForSleepers()
            api.clock.advance(by: .seconds(20))
        }
        #expect(answer.status == 408)
        #expect(answer.connection == "close")
        let detail = "The body took longer than 20.0 seconds to arrive."
        #expect(answer.json == problem(408, "Request Timeout", detail))
        #expect(api.store.jobs.isEmpty)
    }

    @Test(
        "A body that breaks off makes no job",
        arguments: [
            "Content-Length: 48\r\n\r\n{\"type\":\"drill\",\"payload\":{}}",
            "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        ]
    )
    func brokenOff(rest: String) async throws {
        let api = APIFixture()
        let answer = try await api.say([Self.head + rest], finish: true)
        #expect(answer.status == 400)
        #expect(answer.connection == "close")
        #expect(answer.json == problem(400, "Bad Request", "The body breaks off or is not framed as HTTP wants it."))
        #expect(api.store.jobs.isEmpty)
        #expect(api.logs.entries.last { $0.message == "request" }?.level == .info)
    }

    @Test(
        "An answer that does not wait for the body ends the connection, and nobody reads the rest",
        arguments: ["PUT /jobs", "POST /nowhere", "GET /healthz"]
    )
    func unread(request: String) async throws {
        let answer = try await APIFixture()
            .say(["\(request) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"])
        #expect(answer.connection == "close")
    }

    @Test("A connection goes on after answers that leave nothing unread, problems or not")
    func keptAlive() async throws {
        let requests = ["GET /nowhere", "POST /healthz", "GET /jobs/x", "GET /healthz"]
        let text = requests.map { "\($0) HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" }.joined()
        let last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        let heard = try await APIFixture().application()
            .test(.live) { client in
                try await RawConnection.with(port: try #require(client.port)) { connection in
                    try await connection.send(text + last)
                    connection.finish()
                    return try await connection.rest()
                }
            }
        let statuses = heard.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == ["404", "405", "404", "200", "200"])
    }

    @Test(
        "Hundreds of requests that are sent at once are answered in their order, with bodies of all kinds between them"
    )
    func pipelined() async throws {
        let (head, end) = ("Host: x\r\nContent-Type: application/json\r\n", " HTTP/1.1\r\n")
        let body = #"{"type":"drill","payload":"\#(String(repeating: "x", count: 40_000))"}"#
        let chunks = "5\r\n{\"x\":\r\n2\r\n1}\r\n0\r\n\r\n"
        let kinds: [(text: String, status: Int)] = [
            ("GET /nowhere\(end)\(head)\r\n", 404),
            ("POST /jobs\(end)\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)", 202),
            ("POST /jobs\(end)\(head)Transfer-Encoding: chunked\r\n\r\n\(chunks)", 422),
            ("POST /healthz\(end)\(head)Content-Length: 0\r\n\r\n", 405),
        ]
        var api = APIFixture()
        api.options.makeJobID = { JobID(at: $0) }
        let requests = (0..<400)
            .map { number -> (text: String, status: Int) in
                // Few of the long ones.
                let kind = number % 4
                return kinds[kind == 1 && number % 40 != 1 ? 0 : kind]
            }
        let text = requests.map { $0.text }.joined()
        let last = "GET /healthz\(end)\(head)Connection: close\r\n\r\n"
        let heard = try await api.application()
            .test(.live) { client in
                try await RawConnection.with(port: try #require(client.port)) { connection in
                    // Answers are taken while requests are sent, as a client must.
                    async let heard = connection.rest()
                    try await connection.send(text + last)
                    connection.finish()
                    return try await heard
                }
            }
        #expect(RawAnswer(heard).statuses == requests.map { $0.status } + [200])
    }

    @Test("Connections beyond the limit wait until one of those that are open ends")
    func limit() async throws {
        var limited = APIFixture()
        limited.options.connectionLimit = 2
        let api = limited
        @Sendable func ask(on connection: RawConnection) async throws {
            let seen = api.logs.entries.count { $0.message == "request" }
            try await connection.send("GET /types HTTP/1.1\r\nHost: x\r\n\r\n")
            while api.logs.entries.count(where: { $0.message == "request" }) == seen { await Task.yield() }
        }
        let group = ServiceGroup(configuration: .init(services: [api.application()], logger: api.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await api.port()
            let heard = try await RawConnection.with(port: port) { first in
                try await ask(on: first)
                let second = Task {
                    try await RawConnection.with(port: port) { second in
                        try await ask(on: second)
                        // Until it is cancelled, which ends it.
                        return try await second.rest()
                    }
                }
                while api.logs.entries.count(where: { $0.message == "request" }) < 2 { await Task.yield() }
                // The kernel takes it, and what it says.
                let heard = try await RawConnection.with(port: port) { third in
                    try await third.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    for _ in 0..<100 { try await ask(on: first) }
                    #expect(!api.logs.entries.contains { $0.metadata["http.route"] == "/healthz" })
                    second.cancel()
                    return try await third.rest()
                }
                _ = await second.result
                return heard
            }
            #expect(RawAnswer(heard).statuses == [200])
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("A wait ends at once when the service is told to stop")
    func waitEndsAtShutdown() async throws {
        let api = APIFixture()
        let job = Job.sample()
        api.store.put(job)
        try await testGracefulShutdown { trigger in
            try await api.application()
                .test(.router) { client in
                    async let response = client.execute(uri: "/jobs/\(job.id)?wait=20", method: .get)
                    await api.clock.waitForSleepers()
                    trigger.triggerGracefulShutdown()
                    let answer = Answer(try await response)
                    #expect(answer.status == 200)
                    #expect(answer.json?["status"] == "PENDING")
                }
        }
    }

    @Test("By default the server is there for clients of both families of addresses", arguments: ["127.0.0.1", "::1"])
    func families(client: String) async throws {
        let api = APIFixture()
        let application = api.application(host: "*")
        let group = ServiceGroup(configuration: .init(services: [application], logger: api.logger))
        let heard = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let heard = try await RawConnection.with(host: client, port: try await api.port()) { connection in
                try await connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return try await connection.rest()
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return heard
        }
        #expect(RawAnswer(heard).status == 200)
    }

    @Test("The server says which port it has; told to stop, it answers what is under way and ends")
    func drain() async throws {
        let api = APIFixture()
        let job = Job.sample()
        api.store.put(job)
        let group = ServiceGroup(configuration: .init(services: [api.application()], logger: api.logger))
        let heard = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let heard = try await RawConnection.with(port: try await api.port()) { connection in
                try await connection.send("GET /jobs/\(job.id)?wait=20 HTTP/1.1\r\nHost: x\r\n\r\n")
                await api.clock.waitForSleepers()
                await group.triggerGracefulShutdown()
                return try await connection.rest()
            }
            try await tasks.waitForAll()
            return heard
        }
        #expect(RawAnswer(heard).status == 200)
        #expect(RawAnswer(heard).json?["jobId"] == .string(job.id.description))
    }
}

extension APIFixture {
    /// The port, as soon as the log tells it.
    fileprivate func port() async throws -> Int {
        while true {
            try Task.checkCancellation()
            if let line = logs.entries.first(where: { $0.message == "listening" }) {
                return try #require(line.metadata["http.port"].flatMap { Int("\($0)") })
            }
            await Task.yield()
        }
    }
}
