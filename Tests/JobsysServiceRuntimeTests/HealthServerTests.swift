import HTTPTypes
import Hummingbird
import InMemoryLogging
import JobsysJSON
import JobsysObservability
import JobsysServiceRuntime
import JobsysServiceTestKit
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@Suite("Health server", .timeLimit(.minutes(1)))
struct HealthServerTests {
    private struct Down: Error {
        let detail = "arn:aws:dynamodb:eu-central-1:123456789012:table/Jobs"
    }

    private static let ready = Readiness(checks: [ReadinessCheck("dynamodb") {}, ReadinessCheck("sqs") {}])
    private static let unready = Readiness(checks: [
        ReadinessCheck("dynamodb") { throw Down() }, ReadinessCheck("sqs") {},
    ])

    private static let answers: [(Readiness, HTTPRequest.Method, String, HTTPResponse.Status, HTTPFields, String)] = [
        (ready, .get, "/healthz", .ok, json, #"{"status":"ok"}"#),
        (unready, .get, "/healthz", .ok, json, #"{"status":"ok"}"#),
        (ready, .get, "/readyz", .ok, json, #"{"status":"ready","checks":{"dynamodb":"ok","sqs":"ok"}}"#),
        (
            unready, .get, "/readyz?verbose", .serviceUnavailable, json.adding(.retryAfter, "1"),
            #"{"status":"unavailable","checks":{"dynamodb":"failed: Down","sqs":"ok"}}"#
        ),
        (ready, .post, "/readyz", .methodNotAllowed, problem.adding(.allow, "GET, HEAD"), notAllowed),
        (ready, .delete, "/healthz", .methodNotAllowed, problem.adding(.allow, "GET, HEAD"), notAllowed),
        (ready, .get, "/", .notFound, problem, #"{"title":"Not Found","status":404}"#),
        (ready, .post, "/jobs", .notFound, problem, #"{"title":"Not Found","status":404}"#),
    ]
    private static let json: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
    private static let problem: HTTPFields = [.contentType: "application/problem+json"]
    private static let notAllowed = #"{"title":"Method Not Allowed","status":405}"#

    @Test("It answers for liveness and readiness, and to nothing else", arguments: answers.indices)
    func answer(index: Int) async throws {
        let (readiness, method, uri, status, headers, body) = Self.answers[index]
        try await HealthServer(readiness: readiness, port: 0).application
            .test(.router) { client in
                let response = try await client.execute(uri: uri, method: method)
                #expect(response.status == status)
                #expect(response.headers == headers.adding(.contentLength, String(body.utf8.count)))
                #expect(String(buffer: response.body) == body)
            }
    }

    @Test("A service that knows itself to be stuck is not alive, and says why")
    func stuck() async throws {
        try await HealthServer(readiness: Self.ready, liveness: { "no receive" }, port: 0).application
            .test(.router) { client in
                let response = try await client.execute(uri: "/healthz", method: .get)
                #expect(response.status == .serviceUnavailable)
                #expect(String(buffer: response.body) == #"{"status":"stuck","reason":"no receive"}"#)
            }
    }

    @Test("Details are told beside the checks")
    func details() async throws {
        let readiness = Readiness(checks: [], details: { ["breakers": ["http": "open"]] })
        try await HealthServer(readiness: readiness, port: 0).application
            .test(.router) { client in
                let response = try await client.execute(uri: "/readyz", method: .get)
                let body = #"{"status":"ready","checks":{},"details":{"breakers":{"http":"open"}}}"#
                #expect(String(buffer: response.body) == body)
            }
    }

    /// A client's meter that has counted two calls.
    private struct Calls: StatsSource {
        func encode(to writer: inout JSONWriter) {
            writer.object { $0.member("calls", 2) }
        }

        func report(to page: inout MetricsPage) { page.value("calls_total", .counter, "Calls.", 2) }
    }

    @Test(
        "It tells what the service's client has called",
        arguments: [(nil, "{}"), (Calls(), #"{"calls":2}"#)] as [((any StatsSource)?, String)]
    )
    func stats(source: (any StatsSource)?, expected: String) async throws {
        try await HealthServer(readiness: Self.ready, stats: source, port: 0).application
            .test(.router) { client in
                let response = try await client.execute(uri: "/stats", method: .get)
                #expect(response.status == .ok)
                #expect(response.headers == Self.json.adding(.contentLength, String(expected.utf8.count)))
                #expect(String(buffer: response.body) == expected)
            }
    }

    @Test("It answers what has been counted, by the client and by whoever else counts")
    func metrics() async throws {
        struct Slots: MetricsSource {
            func report(to page: inout MetricsPage) { page.value("slots", .gauge, "Slots.", 4) }
        }
        let server = HealthServer(readiness: Self.ready, stats: Calls(), metrics: [Slots()], port: 0)
        try await server.application
            .test(.router) { client in
                let response = try await client.execute(uri: "/metrics", method: .get)
                #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
                #expect(response.headers[.cacheControl] == "no-store")
                let lines = String(buffer: response.body).split(separator: "\n").filter { !$0.hasPrefix("#") }
                #expect(lines == ["calls_total 2", "slots 4"])
            }
    }

    @Test("HEAD is answered like GET without its body")
    func head() async throws {
        try await HealthServer(readiness: Self.unready, port: 0).application
            .test(.router) { client in
                let response = try await client.execute(uri: "/readyz", method: .head)
                #expect(response.status == .serviceUnavailable)
                #expect(response.headers[.retryAfter] == "1")
                #expect(response.body.readableBytes == 0)
            }
    }

    @Test("The routes can be added to any router")
    func routes() async throws {
        let router = Router()
        router.addHealthRoutes(Self.ready)
        try await Application(router: router)
            .test(.router) { client in
                let response = try await client.execute(uri: "/healthz", method: .get)
                #expect(String(buffer: response.body) == #"{"status":"ok"}"#)
            }
    }

    @Test("Port 0 takes a free port and logs it; requests are not logged")
    func listening() async throws {
        let (handler, logger) = InMemoryLogHandler.makeLogger()
        let server = HealthServer(readiness: Self.ready, host: "127.0.0.1", port: 0, logger: logger)
        try await server.application.test(.live) { client in
            let response = try await client.execute(uri: "/readyz", method: .get)
            #expect(response.status == .ok)
            let port = try #require(client.port)
            #expect(port > 0)
            #expect(
                handler.entries == [.init(level: .info, message: "listening", metadata: ["http.port": "\(port)"])]
            )
        }
    }

    @Test("A taken port fails the run")
    func takenPort() async throws {
        let (handler, logger) = InMemoryLogHandler.makeLogger()
        let server = HealthServer(readiness: Self.ready, host: "127.0.0.1", port: 0, logger: logger)
        try await server.application.test(.live) { client in
            let port = try #require(client.port)
            let second = HealthServer(readiness: Self.ready, host: "127.0.0.1", port: port, logger: logger)
            await #expect(throws: (any Error).self) { try await second.run() }
            #expect(handler.entries.count == 1)
        }
    }

    @Test("It runs until it is told to stop")
    func shutdown() async throws {
        let server = HealthServer(readiness: Self.ready, host: "127.0.0.1", port: 0)
        try await testGracefulShutdown { trigger in
            async let run: Void = server.run()
            trigger.triggerGracefulShutdown()
            try await run
        }
    }
}

extension HTTPFields {
    fileprivate func adding(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
        var fields = self
        fields[name] = value
        return fields
    }
}
