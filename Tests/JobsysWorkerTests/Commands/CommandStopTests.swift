import FoundationEssentials
import Glibc
import JobsysCore
import JobsysJSON
import JobsysProcess
import Testing

@testable import JobsysWorker

@Suite("The end of a command", .timeLimit(.minutes(10)))
struct CommandStopTests {
    @Test("comes by SIGTERM to its whole group, and what it then answers is no success")
    func terminated() async throws {
        let script = """
            trap 'echo child > child.txt; exit' TERM
            (trap '' TERM; echo $$ > /dev/null; sleep 1000) &
            python3 -c '
            import os, signal, sys, time
            def stop(*_):
                open("grandchild.txt", "w").write("told\\n")
                sys.exit(0)
            signal.signal(signal.SIGTERM, stop)
            open("pid.txt", "w").write(str(os.getpid()) + "\\n")
            time.sleep(1000)' &
            wait
            """
        try await CommandBench.with { (bench) async throws -> Void in
            let run = Task { try await bench.shell(script) }
            let grandchild = try await bench.number(in: "pid.txt")
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            #expect(bench.file("child.txt") == "child\n")
            // It was told as well; it may have been killed, with the rest of the group, before it could say so.
            try await untilGone(grandchild)
        }
    }

    @Test("comes by SIGKILL when it does not heed SIGTERM within its grace period")
    func killed() async throws {
        let script = "trap '' TERM; echo $$ > pid.txt; while :; do sleep 1000; done"
        try await CommandBench.with { (bench) async throws -> Void in
            let run = Task { try await bench.shell(script, grace: .milliseconds(200)) }
            let id = try await bench.number(in: "pid.txt")
            let start = ContinuousClock.now
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            #expect(ContinuousClock.now - start >= .milliseconds(200))
            try await untilGone(id)
        }
    }

    @Test("is not waited for with a grace period of nothing")
    func noGrace() async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            let run = Task { try await bench.shell("trap '' TERM; echo $$ > pid.txt; sleep 1000", grace: .zero) }
            _ = try await bench.number(in: "pid.txt")
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
        }
    }

    @Test("comes at once if it is stopped before it was started")
    func stoppedBefore() async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            let run = Task {
                // Nothing here waits, so that the handler begins with a task that is cancelled.
                withUnsafeCurrentTask { $0?.cancel() }
                return try await bench.shell("sleep 1000")
            }
            await #expect(throws: CancellationError.self) { try await run.value }
        }
    }

    @Test("is that of what it has left in its group, and waits for nothing that has left the group")
    func leftovers() async throws {
        let script = """
            sleep 1000 & echo $! > inside.txt
            setsid sh -c 'echo $$ > outside.txt; exec sleep 1000' &
            while [ ! -s outside.txt ]; do sleep 0.01; done
            echo done
            """
        try await CommandBench.with { (bench) async throws -> Void in
            #expect(try await bench.shell(script) == "done")
            try await untilGone(try await bench.number(in: "inside.txt"))
            let outside = try await bench.number(in: "outside.txt")
            #expect(kill(outside, SIGKILL) == 0)
        }
    }

    @Test("leaves neither a descriptor nor a process behind, ten thousand times")
    func leaks() async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            let target = CommandTarget(words: ["/bin/true"])
            _ = try await bench.run(target)
            let before = try openDescriptors()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<10_000 {
                    if number >= 8 { try await group.next() }
                    group.addTask { _ = try await bench.run(target) }
                }
                try await group.waitForAll()
            }
            // Other tests run beside this one and open some.
            #expect(try openDescriptors() - before < 1000)
            #expect(try zombies() == [])
        }
    }

    @Test("comes with the end of its worker's watcher no sooner; another watcher takes over what runs")
    func watcherEnds() async throws {
        try await CommandBench.with { (bench) async throws -> Void in
            let run = Task {
                try await bench.shell("echo $$ > pid.txt; while [ ! -e go ]; do sleep 0.01; done; echo done")
            }
            _ = try await bench.number(in: "pid.txt")
            let watcher = try #require(bench.watcher.id)
            #expect(kill(watcher, SIGKILL) == 0)
            try await untilGone(watcher)
            #expect(try await bench.shell("echo other") == "other")
            #expect(bench.watcher.id != watcher)
            try "".write(toFile: "\(bench.folder)/go", atomically: false, encoding: .utf8)
            #expect(try await run.value == "done")
        }
    }

    /// Waits until a process is there no longer, nor its number another's.
    private func untilGone(_ id: pid_t) async throws {
        for _ in 0..<1000 {
            if kill(id, 0) != 0 { return }
            if try state(of: id) == "Z" { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("process \(id) is still there")
    }

    private func state(of id: pid_t) throws -> String? {
        guard FileManager.default.fileExists(atPath: "/proc/\(id)/stat") else { return nil }
        let text = try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
        return text.split(separator: ")").last?.split(separator: " ").first.map(String.init)
    }

    private func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    /// The names of this process's children that have ended and were not reaped; `true` is what is looked for.
    private func zombies() throws -> [String] {
        let own = "\(getpid())"
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
            .compactMap { id in
                // Processes come and go.
                guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return nil }
                let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
                guard fields.count > 1, fields[0] == "Z", fields[1] == own else { return nil }
                return text.contains("(true)") ? text : nil
            }
    }
}
