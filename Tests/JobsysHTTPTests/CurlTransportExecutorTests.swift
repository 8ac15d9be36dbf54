import Glibc
import HTTPTypes
import JobsysAWSTestKit
import JobsysHTTP
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct CurlTransportExecutorTests {
    private let answer: ScriptedServer.Handler = { .respond(text: $0.path) }

    @Test("A task that prefers the executor sends, waits and goes on, all on the transport's thread")
    func staysOnThread() async throws {
        let test = pthread_self()
        try await withServer(handler: answer) { server, transport in
            try await withTaskExecutorPreference(transport.executor) {
                let owner = currentThread()
                #expect(owner != test)
                for number in 0..<20 {
                    let response = try await transport.send(server.request(.get, "/\(number)"))
                    #expect(response.body == Array("/\(number)".utf8))
                    #expect(currentThread() == owner)
                }
            }
        }
    }

    @Test("A failure resumes its task on the transport's thread, too")
    func failureStaysOnThread() async throws {
        let handler: ScriptedServer.Handler = { _ in .hang }
        try await withServer(handler: handler) { server, transport in
            await withTaskExecutorPreference(transport.executor) {
                let owner = currentThread()
                let error = await failure { () async throws(TransportError) in
                    try await transport.send(server.request(), timeouts: .init(request: .milliseconds(50)))
                }
                #expect(error?.code == .timedOut)
                #expect(currentThread() == owner)
            }
        }
    }

    @Test("Child tasks inherit the executor, thousands of them are served, and none leaves it")
    func manyTasks() async throws {
        try await withServer(handler: answer) { server, transport in
            try await withTaskExecutorPreference(transport.executor) {
                let owner = currentThread()
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<3000 {
                        group.addTask {
                            let began = currentThread()
                            let response = try await transport.send(
                                server.request(.get, "/\(number)"),
                                timeouts: .init(connect: .seconds(50), request: nil)
                            )
                            return response.body == Array("/\(number)".utf8)
                                && [began, currentThread()] == [owner, owner]
                        }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
            }
        }
    }

    @Test("Tasks on and off the executor use one transport at the same time")
    func mixedTasks() async throws {
        try await withServer(handler: answer) { server, transport in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask(executorPreference: number.isMultiple(of: 2) ? transport.executor : nil) {
                        var successes = 0
                        for _ in 0..<5 {
                            successes += try await transport.send(server.request()).status == 200 ? 1 : 0
                        }
                        return successes
                    }
                }
                let successes = try await group.reduce(0, +)
                #expect(successes == 1000)
            }
        }
    }

    @Test("Jobs that enqueue jobs without end do not starve a transfer")
    func yieldingTasks() async throws {
        try await withServer(handler: answer) { server, transport in
            let isAnswered = Flag()
            try await withTaskExecutorPreference(transport.executor) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 {
                        group.addTask { while !isAnswered.isUp { await Task.yield() } }
                    }
                    group.addTask {
                        defer { isAnswered.raise() }
                        let response = try await transport.send(server.request())
                        #expect(response.status == 200)
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("Transfers without end do not starve a job")
    func busyTransfers() async throws {
        try await withServer(handler: answer) { server, transport in
            let isDone = Flag()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        while !isDone.isUp {
                            let response = try await transport.send(server.request())
                            #expect(response.status == 200)
                        }
                    }
                }
                group.addTask(executorPreference: transport.executor) {
                    defer { isDone.raise() }
                    for _ in 0..<100 { await Task.yield() }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A task that computes on the executor delays transfers and loses none")
    func computingTask() async throws {
        try await withServer(handler: answer) { server, transport in
            try await withTaskExecutorPreference(transport.executor) {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<64 {
                        group.addTask {
                            let response = try await transport.send(
                                server.request(.get, "/\(number)"),
                                timeouts: .init(connect: .seconds(50), request: nil)
                            )
                            var sum = UInt64(response.status)
                            for value in 0..<200_000 { sum = sum &* 31 &+ UInt64(value) }
                            return sum == 0 ? 0 : 1
                        }
                    }
                    let count = try await group.reduce(0, +)
                    #expect(count == 64)
                }
            }
        }
    }

    @Test("A job from another thread wakes the transport's thread")
    func wake() async throws {
        try await withTransport { transport in
            for _ in 0..<500 {
                let thread = await Task(executorPreference: transport.executor) { currentThread() }.value
                #expect(thread != currentThread())
            }
        }
    }

    @Test("Cancellation from the transport's own thread ends a request that is under way there")
    func cancel() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let handler: ScriptedServer.Handler = { _ in
            arrived.yield()
            return .hang
        }
        try await withServer(handler: handler) { server, transport in
            await withTaskExecutorPreference(transport.executor) {
                await withTaskGroup(of: TransportError.Code?.self) { group in
                    group.addTask { await hang(server, transport) }
                    for await _ in arrivals { break }
                    group.cancelAll()
                    #expect(await group.next() == .cancelled)
                }
            }
        }
    }

    @Test("A task on the executor may shut its transport down, and all tasks there go on elsewhere")
    func shutdownFromWithin() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let handler: ScriptedServer.Handler = { _ in
            arrived.yield()
            return .hang
        }
        try await withServer(handler: handler) { server, transport in
            await withTaskExecutorPreference(transport.executor) {
                let owner = currentThread()
                await withTaskGroup(of: TransportError.Code?.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            let code = await hang(server, transport)
                            for _ in 0..<10 { await Task.yield() }
                            return currentThread() == owner ? nil : code
                        }
                    }
                    for _ in 0..<100 {
                        group.addTask {
                            while !Task.isCancelled { await Task.yield() }
                            return .shutDown
                        }
                    }
                    var arrivalCount = 0
                    for await _ in arrivals {
                        arrivalCount += 1
                        if arrivalCount == 8 { break }
                    }
                    await transport.shutdown()
                    #expect(currentThread() != owner)
                    group.cancelAll()
                    for await code in group { #expect(code == .shutDown) }
                }
                #expect(await hang(server, transport) == .shutDown)
            }
        }
    }

    @Test("A task with the preference runs, although the transport was shut down before it began or dropped meanwhile")
    func executorOutlivesTransport() async throws {
        var transport: CurlTransport? = try CurlTransport()
        let executor = try #require(transport?.executor)
        await transport?.shutdown()
        #expect(await Task(executorPreference: executor) { 1 }.value == 1)

        transport = try CurlTransport()
        let orphan = try #require(transport?.executor)
        transport = nil
        // The thread ends at some moment between these.
        for number in 0..<1000 {
            #expect(await Task(executorPreference: orphan) { number }.value == number)
        }
    }

    @Test("A transport whose last reference goes away on its own thread ends that thread")
    func droppedFromWithin() async throws {
        for _ in 0..<50 {
            let transport = Mutex<CurlTransport?>(try CurlTransport())
            let executor = try #require(transport.withLock { $0?.executor })
            let task = Task(executorPreference: executor) {
                transport.withLock { $0 = nil }
                for _ in 0..<10 { await Task.yield() }
                return true
            }
            #expect(await task.value)
        }
    }

    @Test("An actor's work runs on the executor for a task that prefers it")
    func actorIsolation() async throws {
        actor Counter {
            private(set) var threads: Set<pthread_t> = []
            func note() { threads.insert(currentThread()) }
        }
        try await withTransport { transport in
            let counter = Counter()
            let owner = await withTaskExecutorPreference(transport.executor) {
                await withTaskGroup { group in
                    for _ in 0..<200 { group.addTask { await counter.note() } }
                }
                return currentThread()
            }
            #expect(await counter.threads == [owner])
        }
    }
}

/// A sign from one task to others.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isUp: Bool { value.load(ordering: .relaxed) }

    func raise() {
        value.store(true, ordering: .relaxed)
    }
}

/// The thread of the caller, who does not suspend for this.
private func currentThread() -> pthread_t { pthread_self() }

/// Sends a request that is never answered, and returns the code of its error.
private func hang(_ server: ScriptedServer, _ transport: CurlTransport) async -> TransportError.Code? {
    await failure { () async throws(TransportError) in
        try await transport.send(server.request(), timeouts: .init(request: nil))
    }?
    .code
}
