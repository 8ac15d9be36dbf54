import JobsysCore
import JobsysJSON
import JobsysTestKit
import Synchronization
import Testing

@Suite("Workflows", .quietLog, .timeLimit(.minutes(5)))
struct WorkflowTests {
    private static let diamond: [WorkflowMember] = [
        .task("d", after: ["b", "c"]), .task("b", after: ["a"]), .task("c", after: ["a"]), .task("a"),
    ]

    @Test("Members run when those that they depend on are done, whatever the order they came in")
    func diamond() async throws {
        let bench = WorkflowBench()
        try await bench.open(Self.diamond)
        var workflow = try await bench.workflow
        #expect(workflow.status == .running)
        #expect(workflow.counts == .init(total: 4, waiting: 3, pending: 1))
        try await bench.drain()
        let ran = bench.ran.withLock(\.self)
        #expect(ran.first == "a" && ran.last == "d" && ran.count == 4)
        workflow = try await bench.workflow
        #expect(workflow.status == .succeeded)
        #expect(workflow.counts == .init(total: 4, succeeded: 4))
        #expect(workflow.finishedAt != nil)
        // All of it may be forgotten at the same time, and no part of it before.
        let ends = Set(bench.items.all.values.map(\.expiresAt) + bench.jobs.jobs.compactMap(\.expiresAt))
        #expect(ends == [workflow.expiresAt])
    }

    @Test(
        "Many members are joined by one, exactly when the last of them is done",
        arguments: [1, 2, 99, 100, 101, 300]
    )
    func fanIn(count: Int) async throws {
        let bench = WorkflowBench()
        let keys = (0..<count).map { "part-\($0)" }
        try await bench.open(keys.map { .task($0) }, seals: false)
        try await bench.add([.task("join", after: keys)])
        try await bench.engine.seal(bench.id)
        try await bench.drain()
        #expect(bench.history.firstIndex(of: "join") == count)
        #expect(try await bench.workflow.counts == .init(total: count + 1, succeeded: count + 1))
        #expect(try await bench.workflow.status == .succeeded)
    }

    @Test("A workflow of no members is over when it is sealed, and so is one of one when that is done")
    func smallest() async throws {
        let empty = WorkflowBench()
        try await empty.open(seals: false)
        #expect(try await empty.workflow.status == .open)
        try await empty.engine.seal(empty.id)
        #expect(try await empty.workflow.status == .succeeded)
        #expect(try await empty.workflow.counts == .init(total: 0))

        let single = WorkflowBench()
        try await single.open([.task("only")], seals: false)
        try await single.drain()
        #expect(try await single.workflow.status == .open)
        try await single.engine.seal(single.id)
        try await single.engine.seal(single.id)
        #expect(try await single.workflow.status == .succeeded)
    }

    @Test("A failure cancels what waits for it, directly or through others, and nothing else")
    func failure() async throws {
        let bench = WorkflowBench(failsIfTold)
        try await bench.open([
            .task("bad", "fail"), .task("good"), .task("after-bad", after: ["bad"]),
            .task("after-good", after: ["good"]),
            .task("after-both", after: ["after-good", "bad"]), .task("last", after: ["after-bad"]),
        ])
        try await bench.drain()
        #expect(
            bench.statuses == [
                "bad": .failedFinal, "good": .succeeded, "after-bad": .cancelled, "after-good": .succeeded,
                "after-both": .cancelled, "last": .cancelled,
            ]
        )
        #expect(try await bench.workflow.status == .failed)
        #expect(try await bench.workflow.counts == .init(total: 6, succeeded: 2, failed: 1, cancelled: 3))
        #expect(!bench.history.contains("last"))
    }

    @Test("A member that may fail holds nobody back, and does not fail the workflow")
    func continues() async throws {
        let bench = WorkflowBench(failsIfTold)
        try await bench.open([
            .task("bad", "fail", onFailure: .continue), .task("next", ["$output": "bad"], after: ["bad"]),
        ])
        try await bench.drain()
        #expect(bench.statuses == ["bad": .failedFinal, "next": .succeeded])
        #expect(try await bench.job("next").result == .null)
        #expect(try await bench.workflow.status == .succeeded)
    }

    @Test(
        "So many members may fail, and no more",
        arguments: [
            ("2", 2, true), ("2", 3, false), ("20%", 2, true), ("20%", 3, false), ("0", 0, true), ("0", 1, false),
        ]
    )
    func tolerance(text: String, failures: Int, succeeds: Bool) async throws {
        let bench = WorkflowBench(failsIfTold)
        let members = (0..<9).map { WorkflowMember.task("m\($0)", $0 < failures ? "fail" : "fine") }
        try await bench.open(
            members + [.task("join", after: members.map(\.key))],
            tolerance: WorkflowTolerance(text)
        )
        try await bench.drain()
        #expect(try await bench.workflow.status == (succeeds ? .succeeded : .failed))
        #expect(try await bench.job("join").status == (succeeds ? .succeeded : .cancelled))
    }

    @Test("The last one runs once when all others are over, however they ended", arguments: ["fine", "fail", "cancel"])
    func finally(end: String) async throws {
        let bench = WorkflowBench(failsIfTold)
        try await bench.open(
            [.task("one", .string(end)), .task("two", after: ["one"])],
            finally: .task("cleanup")
        )
        if end == "cancel" { try await bench.engine.cancel(bench.id) }
        try await bench.drain()
        let ran = bench.ran.withLock(\.self)
        #expect(ran.last == "cleanup")
        #expect(ran.count { $0 == "cleanup" } == 1)
        let expected: [String: WorkflowStatus] = ["fine": .succeeded, "fail": .failed, "cancel": .cancelled]
        #expect(try await bench.workflow.status == expected[end])
        #expect(try await bench.workflow.counts?.total == 3)
    }

    @Test("Results of members stand in the payloads of those that depend on them; long ones are named by their job")
    func outputs() async throws {
        let long = String(repeating: "x", count: WorkflowLimits.inlineOutput)
        let bench = WorkflowBench { payload, _ in .succeeded(payload) }
        try await bench.open([
            .task("small", ["n": 7]), .task("long", .string(long)),
            .task(
                "sum",
                ["of": [["$output": "small"], ["$output": "long"]], "keep": ["$output": 1]],
                after: ["small", "long"]
            ),
        ])
        try await bench.drain()
        let sum = try await bench.job("sum")
        let longID = JobID(workflow: bench.id, key: "long")
        #expect(sum.result == ["of": [["n": 7], ["$job": .string("\(longID)")]], "keep": ["$output": 1]])
        #expect(sum.payload["of"] == [["$output": "small"], ["$output": "long"]])
    }

    @Test("A running member adds others to a sealed workflow, which waits for them; again when it runs again")
    func dynamicMembers() async throws {
        let bench = WorkflowBench { payload, context in
            guard payload == "spawn", let workflow = context.workflow else { return .succeeded("done") }
            let ids = try await workflow.add([.task("child"), .task("grandchild", after: ["child", "split"])])
            #expect(
                ids == [
                    JobID(workflow: JobID(workflow.id) ?? context.jobID, key: "child"),
                    JobID(workflow: JobID(workflow.id) ?? context.jobID, key: "grandchild"),
                ]
            )
            return context.attempt == 1 ? .failed(JobFailure(.system, "after it has added")) : .succeeded("done")
        }
        try await bench.open([.task("split", "spawn", maxAttempts: 2)])
        try await bench.drain()
        #expect(bench.statuses == ["split": .succeeded, "child": .succeeded, "grandchild": .succeeded])
        #expect(bench.history.count { $0 == "child" } == 1)
        #expect(try await bench.workflow.status == .succeeded)
        await #expect(throws: WorkflowError.wrongState(.succeeded, "it is over")) {
            try await bench.add([.task("late")])
        }
    }

    @Test("At most so many members are open at once, and all run in the end", arguments: [1, 3])
    func maxParallel(limit: Int) async throws {
        let bench = WorkflowBench(failsIfTold)
        let members = (0..<20).map { WorkflowMember.task("m\($0)", $0 == 4 ? "fail" : "fine") }
        let next = WorkflowMember.task("next", after: ["m0"])
        try await bench.open(members + [next, .task("never", after: ["m4"])], maxParallel: limit)
        var most = 0
        repeat {
            most = max(most, bench.jobs.jobs.count { $0.status == .pending || $0.status == .running })
        } while try await bench.step()
        #expect(most == limit)
        #expect(try await bench.workflow.counts == .init(total: 22, succeeded: 20, failed: 1, cancelled: 1))
        #expect(try await bench.workflow.status == .failed)
    }

    @Test("A cancelled workflow runs nothing more; members that are added meanwhile are cancelled too")
    func cancel() async throws {
        let bench = WorkflowBench()
        try await bench.open((0..<30).map { .task("m\($0)", after: $0 == 0 ? [] : ["m\($0 - 1)"]) }, seals: false)
        try await bench.engine.cancel(bench.id)
        try await bench.engine.cancel(bench.id)
        #expect(try await bench.workflow.status == .cancelled)
        #expect(try await bench.workflow.counts == .init(total: 30, cancelled: 30))
        try await bench.drain()
        #expect(bench.history.isEmpty)
        await #expect(throws: WorkflowError.wrongState(.cancelled, "it is over")) {
            try await bench.add([.task("late")])
        }
    }

    @Test("The failed part is started anew, and the rest is left as it is")
    func retry() async throws {
        let isBroken = Mutex(true)
        let bench = WorkflowBench { payload, _ in
            payload == "fragile" && isBroken.withLock(\.self)
                ? .failed(JobFailure(.validation, "broken")) : .succeeded("done")
        }
        try await bench.open(
            Self.diamond.map { member in
                var member = member
                if member.key == "b" { member.payload = "fragile" }
                return member
            },
            finally: .task("cleanup")
        )
        try await bench.drain()
        #expect(try await bench.workflow.status == .failed)
        isBroken.withLock { $0 = false }
        #expect(try await bench.engine.retry(bench.id) == 2)
        #expect(try await bench.workflow.status == .running)
        try await bench.drain()
        #expect(try await bench.workflow.status == .succeeded)
        #expect(bench.history.filter { $0 != "cleanup" }.sorted() == ["a", "b", "b", "c", "d"])
        #expect(try await bench.workflow.counts == .init(total: 5, succeeded: 5))
        #expect(try await bench.engine.retry(bench.id) == 0)
    }

    @Test("A cancelled workflow is started anew where it was, roots and all")
    func retryCancelled() async throws {
        let bench = WorkflowBench()
        try await bench.open(Self.diamond)
        try await bench.engine.cancel(bench.id)
        #expect(try await bench.engine.retry(bench.id) == 4)
        try await bench.drain()
        #expect(try await bench.workflow.status == .succeeded)
        #expect(bench.history.first == "a" && bench.history.last == "d" && bench.history.count == 4)
    }

    @Test("A member that is cancelled or redriven by itself takes its workflow with it")
    func singleMember() async throws {
        let bench = WorkflowBench(failsIfTold)
        try await bench.open([.task("a", "fail"), .task("b", after: ["a"]), .task("c")])
        _ = try await bench.supervisor.cancel(JobID(workflow: bench.id, key: "c"))
        try await bench.drain()
        #expect(bench.statuses == ["a": .failedFinal, "b": .cancelled, "c": .cancelled])
        #expect(try await bench.workflow.status == .failed)
        guard
            case .done(let job) = try await bench.supervisor.redrive(JobID(workflow: bench.id, key: "a"), with: "fine")
        else {
            Issue.record("not redriven")
            return
        }
        #expect(job.generation == 1)
        #expect(try await bench.workflow.status == .running)
        try await bench.drain()
        // Those that had been cancelled stay so until they are started anew too.
        #expect(bench.statuses == ["a": .succeeded, "b": .cancelled, "c": .cancelled])
        #expect(try await bench.workflow.status == .failed)
        #expect(try await bench.engine.retry(bench.id) == 2)
        try await bench.drain()
        #expect(try await bench.workflow.status == .succeeded)
    }
}
