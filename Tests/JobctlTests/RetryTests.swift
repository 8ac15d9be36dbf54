import ArgumentParser
import JobsysClient
import JobsysHTTP
import JobsysJSON
import JobsysTestKit
import Synchronization
import Testing

@testable import jobctl

@Suite("A service that cannot answer just now", .timeLimit(.minutes(1)))
final class RetryTests: Sendable {
    private let clock = ManualClock()
    private let notices = Mutex<[String]>([])

    private static let down = #"{"detail":"Down."}"#

    /// A service whose first answers are these, and whose later ones are the last of them.
    private static func service(
        retryAfter: String? = nil,
        _ answers: Result<(status: Int, body: String), TransportError>...
    ) -> ScriptedService {
        let left = Mutex(answers)
        return ScriptedService(retryAfter: retryAfter) { _ throws(TransportError) in
            let next = left.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
            return try (next ?? .success((200, "{}"))).get()
        }
    }

    private static func error(_ code: TransportError.Code, received: Bool) -> TransportError {
        TransportError(code: code, message: "\(code)", requestMayHaveBeenReceived: received)
    }

    private func client(_ service: ScriptedService) throws -> APIClient {
        APIClient(
            url: try #require(ServiceURL(argument: "http://jobs.local")),
            transport: service,
            clock: clock,
            jitter: { 1 },
            notice: { notice in self.notices.withLock { $0.append(notice) } }
        )
    }

    /// Runs the work and moves the clock from pause to pause; answers the pauses, in milliseconds.
    private func pauses<Answer: Sendable>(
        _ count: Int,
        _ work: @Sendable () async throws -> Answer
    ) async throws -> (answer: Result<Answer, APIFailure>, pauses: [Int]) {
        async let result = outcome(work)
        var pauses: [Int] = []
        for _ in 0..<count {
            await clock.waitForSleepers()
            let pause = clock.nextWakeUp ?? .zero
            pauses.append(Int(pause / .milliseconds(1)))
            clock.advance(by: pause)
        }
        return (try await result, pauses)
    }

    private func outcome<Answer>(_ work: () async throws -> Answer) async throws -> Result<Answer, APIFailure> {
        do {
            return .success(try await work())
        } catch let failure as APIFailure {
            return .failure(failure)
        }
    }

    @Test("is asked again with growing pauses, and for the last time when its time is up")
    func growingPauses() async throws {
        let service = Self.service(.success((503, Self.down)))
        let client = try client(service)
        let (answer, pauses) = try await pauses(7) { try await client.get(["jobs"]) }
        #expect(pauses == [250, 500, 1000, 2000, 4000, 5000, 2250])
        #expect(throws: APIFailure.self) { try answer.get() }
        #expect(service.lines.count == 8)
        #expect(service.timeouts.first == .seconds(25) && service.timeouts.last == .seconds(10))
        #expect(notices.withLock { $0 } == ["503: Down.; asking again"])
    }

    @Test("is asked again when it wants to be (RFC 9110, 10.2.3), and not at all where that is too late")
    func retryAfter() async throws {
        let soon = try client(Self.service(retryAfter: "7", .success((429, Self.down)), .success((200, "{}"))))
        let (answer, pauses) = try await pauses(1) { try await soon.get(["jobs"]) }
        #expect(pauses == [7000])
        #expect(try answer.get() == [:])
        let now = try client(Self.service(retryAfter: "0", .success((503, Self.down)), .success((200, "{}"))))
        #expect(try await self.pauses(1) { try await now.get(["jobs"]) }.pauses == [250])
        let late = try client(Self.service(retryAfter: "16", .success((503, Self.down))))
        await #expect(throws: APIFailure.self) { try await late.get(["jobs"]) }
    }

    @Test(
        "is told from one that refuses, and from what is no service, by whether it is asked again and by the exit code",
        arguments: [
            (.success((400, down)), false, 1), (.success((404, down)), false, 1), (.success((409, down)), false, 1),
            (.success((422, down)), false, 1), (.success((408, down)), true, 69), (.success((429, down)), true, 69),
            (.success((500, down)), true, 69), (.success((503, down)), true, 69), (.success((502, "<html>")), true, 69),
            (.success((504, "")), true, 69), (.success((301, "{}")), false, 69), (.success((404, "<html>")), false, 69),
            (.success((200, "<html>")), false, 69),
            (.failure(error(.cannotConnect, received: false)), true, 69),
            (.failure(error(.cannotResolve, received: false)), true, 69),
            (.failure(error(.timedOut, received: true)), true, 69),
            (.failure(error(.connectionLost, received: true)), true, 69),
            (.failure(error(.tlsFailed, received: false)), false, 69),
            (.failure(error(.malformedResponse, received: true)), false, 69),
        ] as [(Result<(status: Int, body: String), TransportError>, Bool, Int32)]
    )
    func kinds(
        answer: Result<(status: Int, body: String), TransportError>,
        isRepeated: Bool,
        exitCode: Int32
    ) async throws {
        let service = Self.service(answer, .success((200, "{}")))
        let client = try client(service)
        let (repeated, _) = try await pauses(isRepeated ? 1 : 0) { try await client.get(["jobs"]) }
        #expect(service.lines.count == (isRepeated ? 2 : 1))
        if isRepeated { #expect(try repeated.get() == [:]) }
        let failure = try await #require(throws: APIFailure.self) {
            try await self.client(Self.service(answer)).get(["jobs"], patience: .zero)
        }
        #expect(failure.exitCode.rawValue == exitCode)
        if case .failure(let error) = answer {
            #expect(failure.description == "http://jobs.local does not answer: \(error.message)")
        }
    }

    @Test("may have done what a request asks for whose answer was lost, but not what it could not have got")
    func doubt() async throws {
        let table: [(first: Result<(status: Int, body: String), TransportError>, isInDoubt: Bool)] = [
            (.success((503, Self.down)), true), (.success((429, Self.down)), false),
            (.failure(Self.error(.connectionLost, received: true)), true),
            (.failure(Self.error(.cannotConnect, received: false)), false),
        ]
        for (first, isInDoubt) in table {
            let client = try client(Self.service(first, .success((409, Self.down))))
            let (answer, _) = try await pauses(1) { try await client.post(["jobs", "x", "redrive"]) }
            let refusal = try #require(throws: APIFailure.self) { try answer.get() }
            #expect(refusal.mayHaveBeenDone == isInDoubt)
            #expect(refusal.isAboutTheJob)
            let alone = try await #require(throws: APIFailure.self) {
                try await self.client(Self.service(first)).post(["jobs"], patience: .zero)
            }
            #expect(alone.mayHaveBeenDone == isInDoubt)
            let read = try await #require(throws: APIFailure.self) {
                try await self.client(Self.service(first)).get(["jobs"], patience: .zero)
            }
            #expect(!read.mayHaveBeenDone)
        }
    }

    @Test("is asked for a job until that is over, once a second at most, and until the time is up")
    func jobWait() async throws {
        let service = Self.service(
            .success((200, #"{"status":"PENDING"}"#)),
            .failure(Self.error(.cannotConnect, received: false)),
            .success((200, #"{"status":"RETRYING"}"#)),
            .success((200, #"{"status":"CANCELLED"}"#))
        )
        let client = try client(service)
        let (answer, pauses) = try await pauses(3) {
            var wait = JobWait("x", for: .seconds(25), client)
            return (try await wait.run(), wait.job)
        }
        #expect(pauses == [1000, 250, 750])
        let (isOver, job) = try answer.get()
        #expect(isOver)
        #expect(job == ["status": "CANCELLED"])
        #expect(service.lines == Array(repeating: "GET /jobs/x?wait=20", count: 4))

        let slow = Self.service(.success((200, #"{"status":"RUNNING"}"#)))
        let other = try self.client(slow)
        let (end, _) = try await self.pauses(3) {
            var wait = JobWait("x", for: .milliseconds(2500), other)
            return (try await wait.run(), wait.job)
        }
        #expect(try end.get().0 == false)
        #expect(try end.get().1 == ["status": "RUNNING"])
        #expect(slow.lines == ["GET /jobs/x?wait=2", "GET /jobs/x?wait=1", "GET /jobs/x?wait=1"])
        #expect(slow.timeouts == [.milliseconds(12_500), .milliseconds(11_500), .milliseconds(10_500)])
    }
}
