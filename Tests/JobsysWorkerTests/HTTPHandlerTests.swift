import HTTPTypes
import JobsysAWSTestKit
import JobsysCore
import JobsysHTTP
import JobsysJSON
import JobsysTime
import Testing

@testable import JobsysWorker

@Suite("HTTP handlers", .timeLimit(.minutes(1)))
struct HTTPHandlerTests {
    @Test("An attempt is a POST of the payload that says which job and which attempt it is")
    func request() async throws {
        let now = Timestamp(milliseconds: 1_763_720_000_000)
        try await HTTPHandlerBench.with(
            path: "/resize?size=640",
            change: { $0.headers = [HTTPField(name: .jobsys("x-team"), value: "images")] },
            answer: { _ in .respond(200) },
            { bench in
                #expect(try await bench.run(deadline: now + .seconds(30)) == .null)
                let request = try #require(bench.server.requests.first)
                #expect(bench.server.requests.count == 1)
                #expect(request.method == "POST")
                #expect(request.path == "/resize?size=640")
                #expect(request.text == #"{"url":"a.png"}"#)
                let id = HTTPHandlerBench.jobID
                let expected = [
                    "content-type": "application/json", "content-length": "15", "host": bench.server.authority,
                    "user-agent": "aws-sqsd/3.0 (jobsys)", "x-team": "images",
                    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                    "idempotency-key": "\(id)-1", "webhook-id": "\(id)-1", "webhook-timestamp": "1763720000",
                    "jobsys-job-id": id, "jobsys-type": "image.resize", "jobsys-attempt": "2",
                    "jobsys-max-attempts": "5", "jobsys-deadline": (now + .seconds(30)).description,
                    "x-aws-sqsd-msgid": id, "x-aws-sqsd-queue": "jobs", "x-aws-sqsd-receive-count": "2",
                    "x-aws-sqsd-first-received-at": now.description, "x-aws-sqsd-attr-type": "image.resize",
                    "accept-encoding": "identity",
                ]
                var found = Dictionary(
                    request.headers.map { ($0.name.canonicalName, $0.value) },
                    uniquingKeysWith: { "\($0), \($1)" }
                )
                let callback = found.removeValue(forKey: "jobsys-callback") ?? ""
                #expect(callback.hasPrefix("http://worker.test:8081/runs/\(id).1.2.1."))
                #expect(found == expected)
            }
        )
    }

    @Test("The connection is used again, and another attempt has the same id and another callback")
    func twoAttempts() async throws {
        try await HTTPHandlerBench.with(.respond(200)) { bench in
            for attempt in [1, 2] { _ = try await bench.run(attempt: attempt) }
            let requests = bench.server.requests
            #expect(bench.server.connectionCount == 1)
            #expect(Set(requests.map { $0.headers[.jobsys("webhook-id")] }).count == 1)
            #expect(requests.map { $0.headers[.jobsys("x-aws-sqsd-receive-count")] } == ["1", "2"])
            #expect(Set(requests.map { $0.headers[.jobsys("jobsys-callback")] }).count == 2)
        }
    }

    @Test("A signature is as Standard Webhooks has it, and there is one for each secret")
    func signature() throws {
        let first = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let second = try #require(WebhookSecret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
        func signature(_ secrets: [WebhookSecret]) -> String? {
            WebhookSigner(secrets)
                .signature(
                    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
                    seconds: 1_614_265_330,
                    body: Array(#"{"test": 2432232314}"#.utf8)
                )
        }
        // The specification's own example.
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        #expect(signature([first]) == expected)
        let both = try #require(signature([first, second])).split(separator: " ")
        #expect(both.count == 2 && both[0] == expected && both[1].hasPrefix("v1,") && both[1] != both[0])
        #expect(signature([]) == nil)
        #expect("\(first)" == "[redacted]")
    }

    @Test(
        "A secret has 24 to 64 bytes in base64",
        arguments: [
            ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", true), ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY=", false),
            ("whsec_" + String(repeating: "AAAA", count: 21) + "AA==", true),
            ("whsec_" + String(repeating: "AAAA", count: 22), false), ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", false),
            ("whsec_!", false), ("", false),
        ]
    )
    func secret(text: String, isValid: Bool) {
        #expect((WebhookSecret(text) != nil) == isValid)
    }

    @Test("A redirect is a failure, and not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        try await ScriptedServer.with(.respond(200)) { other in
            try await HTTPHandlerBench.with(
                answer: { _ in .respond(status, headers: [.location: "\(other.url)/secret?token=1"]) },
                { bench in
                    let failure = try #require(try await bench.failure())
                    #expect(failure.errorClass == .system)
                    #expect(failure.message.contains("answered \(status), a redirect to \(other.url), which is not"))
                    #expect(!failure.message.contains("token"))
                }
            )
            #expect(other.requests.isEmpty)
        }
    }

    @Test(
        "What goes wrong on the way is a failure of the network, which says what it was",
        arguments: [
            (Script.closeWithoutAnswer, "connectionLost"), (.reset, "connectionLost"),
            (.truncate(contentLength: 100, sending: Array("half".utf8)), "connectionLost"),
            (.sendThenClose(Array("SSH-2.0\r\n".utf8)), "malformedResponse"),
        ]
    )
    func broken(script: Script, code: String) async throws {
        try await HTTPHandlerBench.with(script) { bench in
            let failure = try #require(try await bench.failure())
            #expect(failure.errorClass == .network)
            #expect(failure.message.hasPrefix("POST \(bench.server.url)/resize: \(code): "))
            #expect(bench.server.requests.count == 1)
        }
    }

    @Test("An answer that is too large is a failure of the network, which says so")
    func tooLarge() async throws {
        let answer = Script.respond(200, text: String(repeating: "x", count: HTTPHandlerBench.answerLimit + 1))
        try await HTTPHandlerBench.with(answer) { bench in
            let failure = try #require(try await bench.failure())
            #expect(failure.errorClass == .network)
            #expect(failure.message.contains("responseTooLarge"))
        }
    }

    @Test(
        "An endpoint that is down or has no address is a failure of the network",
        arguments: ["127.0.0.1:1", "x.invalid"]
    )
    func unreachable(authority: String) async throws {
        let url = try HTTPHandlerBench.url("http://\(authority)/")
        try await HTTPHandlerBench.with(
            change: { $0 = HTTPEndpoint(url: url, queueName: "jobs", transport: $0.transport) },
            answer: { _ in .respond(200) },
            { bench in
                let failure = try #require(try await bench.failure())
                #expect(failure.errorClass == .network)
                #expect(failure.message.contains("cannotConnect") || failure.message.contains("cannotResolve"))
            }
        )
    }

    @Test("A slow answer is given up before the attempt's time is up")
    func slow() async throws {
        try await HTTPHandlerBench.with(.hang, policy: JobPolicy(timeout: .seconds(2))) { bench in
            let failure = try #require(try await bench.failure())
            #expect(failure.errorClass == .network)
            #expect(failure.message.contains("timedOut"))
        }
    }

    @Test("A metadata address is never asked", arguments: ["169.254.169.254", "[fd00:ec2::254]", "2852039166"])
    func metadata(host: String) async throws {
        let url = try HTTPHandlerBench.url("http://\(host)/latest/meta-data/")
        try await HTTPHandlerBench.with(
            change: { $0 = HTTPEndpoint(url: url, queueName: "jobs", transport: $0.transport) },
            answer: { _ in .respond(200) },
            { bench in
                let failure = try #require(try await bench.failure())
                #expect(failure.errorClass == .system)
                #expect(failure.message.contains("is an address that no connection may go to"))
            }
        )
    }

    @Test("A cancelled attempt ends its request")
    func cancelled() async throws {
        let requests = Requests()
        try await HTTPHandlerBench.with(answer: requests.answering(.hang)) { bench in
            try await withThrowingTaskGroup(of: JSONValue.self) { group in
                group.addTask { try await bench.run() }
                _ = try await requests.next()
                group.cancelAll()
                await #expect(throws: CancellationError.self) { _ = try await group.next() }
            }
        }
    }
}
