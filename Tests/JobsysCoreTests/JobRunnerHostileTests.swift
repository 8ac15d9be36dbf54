import JobsysCore
import JobsysJSON
import JobsysTestKit
import JobsysTime
import Testing

@Suite("What is wrong with one message or record alone", .quietLog, .timeLimit(.minutes(1)))
struct JobRunnerHostileTests {
    private let bench = JobBench()

    @Test("A message that the dead-letter queue refuses goes there as an excerpt, once, with its size and hash")
    func excerpt() async throws {
        let body = String(repeating: "x", count: 1100)
        try bench.queue.add(body: body)
        bench.deadLetters.refuseLetters(longerThan: 1024)
        #expect(try await bench.runner().process(bench.receive()) == .settled)
        #expect(bench.queue.bodies == [])
        let letters = try await bench.deadLetters.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
        #expect(letters.map(\.body) == [String(repeating: "x", count: 160)])
        #expect(letters.map(\.wholeBody) == [BodyDigest(body)])
        #expect(letters.map(\.deadLetterReason?.failure.errorClass) == [.validation])
    }

    @Test("A message of which not even an excerpt is taken is left to its queue, and never copied")
    func refused() async throws {
        try bench.queue.add(body: "hello?")
        bench.deadLetters.refuseLetters(longerThan: 0)
        for receipt in 1...10 {
            #expect(try await bench.runner().process(bench.receive()) == .settled)
            #expect(bench.queue.bodies == ["hello?"], "receipt \(receipt)")
            bench.clock.advance(by: .seconds(900))
        }
        // The queue itself moves it at the next receive.
        #expect(try await bench.queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60)) == [])
        #expect(bench.deadLetters.bodies == ["hello?"])
    }

    @Test("A record that is damaged ends its message as a dead letter that says what cannot be read")
    func damaged() async throws {
        let job = try await bench.submit()
        bench.store.setUnreadable(
            job.id,
            UnreadableRecord(key: "JOB#1", finding: "attempts is no number", isNewer: false)
        )
        try await bench.runner().process(bench.receive())
        #expect(bench.queue.bodies == [])
        let failure = JobFailure(.unknown, "the job's record cannot be read: JOB#1: attempts is no number")
        #expect(bench.deadLetters.reasons.map(\.failure) == [failure])
        #expect(bench.deadLetters.reasons.map(\.run) == [nil])
    }

    @Test("A message or record of a newer version is put off, ever longer, and by copies that remember since when")
    func newer() async throws {
        try bench.queue.add(body: #"{"version":2}"#, jobType: "task")
        var total = 0
        while bench.clock.now.offset < .seconds(86400) {
            let delivery = try await bench.receive()
            total += 1
            #expect(try await bench.runner().process(delivery) == .settled)
            #expect(bench.queue.bodies.count == 1)
            bench.clock.advance(by: .seconds(60))
        }
        #expect(total > 1000)
        #expect(bench.deadLetters.bodies == [])
        bench.clock.advance(by: .seconds(60))
        try await bench.runner().process(bench.receive())
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.reasons.map(\.failure.errorClass) == [.unknown])
        #expect(
            bench.deadLetters.reasons.first?.failure.message
                == "no worker could read it since \(Timestamp.sample): the message is of version 2, newer than 1"
        )
    }

    @Test("A record of a newer version is put off and left as it is")
    func newerRecord() async throws {
        let job = try await bench.submit()
        bench.store.setUnreadable(job.id, UnreadableRecord(key: "JOB#1", finding: "its version is 2", isNewer: true))
        try await bench.runner().process(bench.receive())
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.queue.hiddenFor == [.seconds(1)])
        #expect(bench.store.jobs == [job])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("A type that this worker does not know is put off without an attempt, and runs where it is known")
    func unknownType() async throws {
        let job = try await bench.submit(.sample(type: "other"))
        try await bench.runner().process(bench.receive())
        #expect(bench.queue.bodies == [job.message.body])
        #expect(bench.store.jobs == [job])
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("A type that others offer is kept from them for four seconds at most, however often it was received")
    func offeredElsewhere() async throws {
        let job = try await bench.submit(.sample(type: "other"))
        try await bench.store.announce(["other"], at: bench.clock.timestamp)
        for _ in 1...14 {
            try await bench.runner().process(bench.receive())
            bench.clock.advance(by: .seconds(4))
        }
        let message = try await bench.receive()
        #expect(message.body == job.message.body)
        #expect(bench.deadLetters.bodies == [])
    }

    @Test("The same if the message does not tell the type: the attempt is given back")
    func unknownTypeAfterClaim() async throws {
        let job = Job.sample(type: "other")
        #expect(try await bench.store.create(job) == .created)
        try bench.queue.add(body: job.message.body)
        try await bench.runner().process(bench.receive())
        #expect(bench.queue.bodies == [job.message.body])
        #expect(try await bench.job(job.id).attempts == 0)
        #expect(try await bench.job(job.id).status == .pending)
    }

    @Test("A type that nobody has offered for a day fails for good, one that somebody offers waits on")
    func patience() async throws {
        let job = try await bench.submit(.sample(type: "other"))
        let before = try await bench.receive()
        bench.clock.advance(by: .seconds(86400 + 100))
        try await bench.store.announce(["other"], at: bench.clock.timestamp + .seconds(-90))
        try await bench.runner().process(before)
        #expect(bench.deadLetters.bodies == [])
        bench.clock.advance(by: .seconds(86400))
        try await bench.runner().process(bench.receive())
        #expect(bench.queue.bodies == [])
        let since = Timestamp.sample + .seconds(86400 + 10)
        let failure = JobFailure(.unknown, "no worker has run jobs of type other since \(since)")
        #expect(bench.deadLetters.reasons.map(\.failure) == [failure])
        #expect(bench.store.jobs == [job])
    }

    @Test("A store that refuses what a record would become fails the job and not the store")
    func refusedRecord() async throws {
        let job = try await bench.submit()
        bench.store.fail(
            with: DependencyError(
                dependency: "store",
                code: "ValidationException",
                message: "item too long",
                isTransient: false,
                refusesRequest: true
            )
        )
        #expect(try await bench.runner().process(bench.receive()) == .settled)
        #expect(bench.queue.bodies == [])
        #expect(bench.deadLetters.bodies == [job.message.body])
        #expect(bench.deadLetters.reasons.map(\.failure.errorClass) == [.system])
    }
}
