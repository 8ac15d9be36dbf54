import JobsysJSON
import Testing

@Suite("Many jobs at once", .endToEnd, .timeLimit(.minutes(40)))
struct LoadTests {
    static let clients = 16
    static let texts = (0..<1000).map { "job \($0): " + String(repeating: "straße ", count: $0 % 40) }

    @Test(
        "1,000 jobs of 16 clients all succeed with their right results, in less than 100 MB for each service",
        .deployment(.api, .worker, runsAlone: true)
    )
    func thousand() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        let clock = ContinuousClock()
        let start = clock.now
        let ids = try await submitAll(client)
        let submitted = clock.now
        try await deployment.plane.jobs.untilEmpty(within: .seconds(120))
        let done = clock.now

        let hashes = try await Self.hashes()
        for (id, number) in ids {
            let text = Self.texts[number]
            let job = try await client.job(id)
            #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
            let result: JSONValue = [
                "text": .string(text.uppercased()), "sha256": .string(hashes[number]), "length": .int(text.utf8.count),
            ]
            #expect(job["result"] == result)
        }
        #expect(Set(ids.values).count == Self.texts.count && ids.count == Self.texts.count)
        #expect(try deployment.running(.worker).lines("job succeeded").count == Self.texts.count)

        for service in [Service.api, .worker] {
            let peak = try deployment.running(service).peakMemory()
            print("\(service.rawValue): \(peak / 1024) KiB at most")
            #expect(peak < 100_000_000)
        }
        print("1,000 jobs: submitted in \(submitted - start), all done after \(done - start)")
    }

    /// Submits all texts; answers which job has which.
    private func submitAll(_ client: APIClient) async throws -> [String: Int] {
        try await withThrowingTaskGroup(of: [(String, Int)].self) { group in
            for first in 0..<Self.clients {
                group.addTask {
                    var tickets: [(String, Int)] = []
                    for number in stride(from: first, to: Self.texts.count, by: Self.clients) {
                        tickets.append(
                            (try await client.accepted("transform", ["text": .string(Self.texts[number])]), number)
                        )
                    }
                    return tickets
                }
            }
            return try await group.reduce(into: [:]) { all, tickets in
                for (id, number) in tickets { all[id] = number }
            }
        }
    }

    /// The texts' hashes by somebody else's code.
    private static func hashes() async throws -> [String] {
        let script = """
            import hashlib
            for n in range(\(texts.count)): print(hashlib.sha256((f"job {n}: " + "straße " * (n % 40)).encode()).hexdigest())
            """
        let python = try TestEnvironment.required().tool("python3")
        let outcome = try await Command.run(python, ["-X", "utf8", "-c", script])
        let hashes = outcome.output.split(separator: "\n").map(String.init)
        guard hashes.count == texts.count else { throw HarnessError("no hashes: \(outcome)") }
        return hashes
    }
}
