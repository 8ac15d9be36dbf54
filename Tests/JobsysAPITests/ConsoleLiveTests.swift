import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysServiceTestKit
import JobsysTestKit
import JobsysTime
import NIOCore
import Testing

@testable import JobsysAPI

@Suite("A page that somebody looks at", .timeLimit(.minutes(5)))
struct ConsoleLiveTests {
    private static let rounds = 5

    /// Has so many look at a page, moves the clock by a few rounds, doing something before each, and then to the end.
    private func look(
        _ count: Int = 1,
        at page: String,
        _ api: APIFixture,
        over store: (any JobStore)? = nil,
        headers: HTTPFields = [:],
        before round: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) async throws -> [Answer] {
        let path = "/console/events?page=\(page.utf8.map { "%" + String($0, radix: 16) }.joined())"
        return try await api.application(over: store)
            .test(.router) { client in
                try await withThrowingTaskGroup(of: Answer?.self) { group in
                    for _ in 0..<count {
                        group.addTask {
                            Answer(try await client.execute(uri: path, method: .get, headers: headers, body: nil))
                        }
                    }
                    group.addTask {
                        for number in 0..<Self.rounds {
                            await api.clock.waitForSleepers(count)
                            try await round(number)
                            api.clock.advance(by: LivePages.interval)
                        }
                        await api.clock.waitForSleepers(count)
                        api.clock.advance(by: .seconds(300))
                        return nil
                    }
                    var answers: [Answer] = []
                    for try await answer in group {
                        if let answer { answers.append(answer) }
                    }
                    return answers
                }
            }
    }

    @Test("is sent when it differs from what the browser has, and not otherwise")
    func changes() async throws {
        let api = APIFixture()
        let job = Job.sample(at: api.clock.timestamp)
        api.store.put(job)
        let answer = try #require(
            try await look(at: "/console/jobs/\(job.id)", api) { round in
                guard round == 2 else { return }
                var changed = job
                (changed.status, changed.result) = (.succeeded, "one\r\ntwo")
                api.store.put(changed)
            }
            .first
        )
        #expect(answer.status == 200 && answer.headers[.contentType] == "text/event-stream")
        let events = answer.text.split(separator: "event: page\n")
        #expect(events.count == 3)
        #expect(events[1].contains("PENDING") && events[2].contains("SUCCEEDED"))
        #expect(answer.text.hasPrefix("retry: 2000\n\nid: "))
        let lines = answer.text.split(separator: "\n").filter { !$0.hasPrefix("data: ") }
        #expect(lines.allSatisfy { $0.hasPrefix("id: ") || $0.hasPrefix("event: ") || $0.hasPrefix("retry: ") })
        // Who comes back with what is shown is told nothing.
        let last = try #require(lines.last { $0.hasPrefix("id: ") }?.dropFirst(4))
        let name = try #require(HTTPField.Name("Last-Event-ID"))
        let again = try await look(at: "/console/jobs/\(job.id)", api, headers: [name: String(last)])
        #expect(again.map(\.text) == ["retry: 2000\n\n"])
    }

    @Test("costs the table as much for five hundred who look as for one", arguments: [1, 500])
    func shared(count: Int) async throws {
        let api = APIFixture()
        let job = Job.sample(at: api.clock.timestamp)
        api.store.put(job)
        let store = CountingStore(api.store)
        let answers = try await look(count, at: "/console/jobs/\(job.id)", api, over: store)
        #expect(answers.count == count && answers.allSatisfy { $0.text.contains("event: page") })
        #expect(store.reads == 1 + Self.rounds)
    }

    @Test("is told that nothing has changed often enough for proxies, and stays as it was while it cannot be read")
    func heartbeat() async throws {
        let api = APIFixture()
        let job = Job.sample(at: api.clock.timestamp)
        api.store.put(job)
        let answer = try await look(at: "/console/jobs/\(job.id)", api) { round in
            let error = DependencyError(dependency: "memory", code: "Away", message: "away", isTransient: true)
            api.store.fail(with: round == 1 ? error : nil)
            if round == 3 { api.clock.advance(by: .seconds(15)) }
        }
        let text = try #require(answer.first?.text)
        #expect(text.split(separator: "event: page").count == 2)
        #expect(text.contains("\n: still here\n\n"))
    }

    @Test("is shown to each as far as he may see it")
    func scopes() async throws {
        let api = APIFixture.asking()
        var job = Job.sample(payload: ["text": "hello"], at: api.clock.timestamp)
        job.tenant = "acme"
        // Whoever has claimed it has noted what is sensitive in it, which is nothing.
        job.lease = Job.Lease(owner: "worker", messageID: "message", expiresAt: api.clock.timestamp)
        api.store.put(job)
        for (tenant, scopes, contains) in [
            ("acme", [.readJobs, .readPayloads], true), ("acme", [.readJobs], false), ("other", [.readJobs], false),
        ] as [(String, Set<Scope>, Bool)] {
            let cookie = try await api.session(tenant: tenant, scopes: scopes)
            let path = "/console/jobs/\(job.id)"
            if tenant == "other" {
                let answer = try await api.answer(.get, "/console/events?page=\(path)", headers: [.cookie: cookie])
                #expect(answer.text.hasSuffix("event: end\ndata: 404\n\n"))
            } else {
                let answers = try await look(at: path, api, headers: [.cookie: cookie])
                #expect(answers.first?.text.contains("hello") == contains)
            }
        }
        let cookie = try await api.session(scopes: [.readJobs])
        for (page, status) in [("/console/workers", 403), ("/console/submit", 404), ("/jobs", 404)] {
            let answer = try await api.answer(.get, "/console/events?page=\(page)", headers: [.cookie: cookie])
            #expect(answer.status == status, "\(page)")
        }
    }
}
