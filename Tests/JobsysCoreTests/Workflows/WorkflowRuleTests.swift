import JobsysCore
import JobsysJSON
import JobsysTestKit
import Testing

@Suite("What members must be like", .quietLog, .timeLimit(.minutes(1)))
struct WorkflowRuleTests {
    @Test("Everything that is wrong with the members of a call is named")
    func problems() async throws {
        let bench = WorkflowBench()
        try await bench.open(seals: false)
        let members: [WorkflowMember] = [
            .task("a"), .task("a"), .task("has space"), .task("b", after: ["nobody"]), .task("c", ["$output": "a"]),
            WorkflowMember(key: "d", type: "No Type", payload: .null),
        ]
        let expected = [
            ("/jobs/1/key", "a is the key of two members"),
            ("/jobs/2/key", "must be a string of 1 to 128 printable ASCII characters without spaces"),
            ("/jobs/5/type", "is not the name of a job type"),
            (
                "/jobs/3/dependsOn/0",
                "nobody is no member yet: members that others depend on come before them, or with them"
            ),
            ("/jobs/4/payload", "asks for the output of a, which is not in dependsOn"),
        ]
        let error = await #expect(throws: WorkflowError.self) { try await bench.add(members) }
        guard case .invalid(let problems)? = error else { return }
        #expect(problems.map { ["\($0.pointer)", $0.message] } == expected.map { [$0.0, $0.1] })
        #expect(bench.jobs.jobs.isEmpty)
    }

    @Test("Members that depend on each other in a circle are refused, and the circle is named")
    func circle() async throws {
        let bench = WorkflowBench()
        try await bench.open(seals: false)
        let members: [WorkflowMember] = [.task("x", after: ["a"]), .task("a", after: ["b"]), .task("b", after: ["a"])]
        let error = await #expect(throws: WorkflowError.self) { try await bench.add(members) }
        #expect(error?.explanation == "/jobs: depend on each other in a circle: a -> b -> a")
    }

    @Test("A key with other content is refused, and the same members again are the same jobs")
    func repeats() async throws {
        let bench = WorkflowBench()
        try await bench.open(seals: false)
        let members: [WorkflowMember] = [.task("a", 1), .task("b", 2, after: ["a"])]
        let first = try await bench.add(members)
        #expect(try await bench.add(members).map(\.job) == first.map(\.job))
        #expect(try await bench.add([members[1], .task("c")]).map(\.key) == ["b", "c"])
        await #expect(throws: WorkflowError.keyReused("a")) { try await bench.add([.task("a", 3)]) }
        await #expect(throws: WorkflowError.keyReused("b")) { try await bench.add([.task("b", 2)]) }
        #expect(try await bench.workflow.counts?.total == 3)
        try await bench.engine.seal(bench.id)
        try await bench.drain()
        #expect(try await bench.workflow.status == .succeeded)
        #expect(bench.history.count == 3)
    }

    @Test("Too many members, too long payloads, foreign and sealed workflows are refused")
    func refusals() async throws {
        let bench = WorkflowBench()
        try await bench.open(seals: false)
        await #expect(throws: WorkflowError.self) { try await bench.add((0..<101).map { .task("m\($0)") }) }
        let long = JSONValue.string(String(repeating: "x", count: 256 * 1024))
        await #expect(throws: WorkflowError.payloadTooLarge(bytes: 256 * 1024 + 2)) {
            try await bench.add([.task("a", long)])
        }
        await #expect(throws: WorkflowError.noSuchWorkflow) {
            try await bench.engine.add([.task("a")], to: bench.id, of: "other", trace: .sample)
        }
        await #expect(throws: WorkflowError.noSuchWorkflow) { try await bench.engine.seal(bench.id, of: "other") }
        await #expect(throws: WorkflowError.noSuchWorkflow) { try await bench.engine.cancel(JobID(at: .sample)) }
        try await bench.add([.task("a")])
        try await bench.engine.seal(bench.id)
        await #expect(throws: WorkflowError.wrongState(.running, "it is sealed")) { try await bench.add([.task("b")]) }
        // What was added in time may be repeated.
        #expect(try await bench.add([.task("a")]).count == 1)
    }

    @Test("A tolerance is a number or a share", arguments: ["", "-1", "%", "101%", "1.5", "05", "x"])
    func badTolerance(text: String) {
        #expect(WorkflowTolerance(text) == nil)
    }

    @Test("A job's short name is read back")
    func compactNames() {
        for _ in 0..<100 {
            let id = JobID(at: .now())
            #expect(JobID(compact: id.compact) == id)
        }
    }
}
