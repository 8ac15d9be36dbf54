public import JobsysCore
import JobsysObservability
public import Testing

/// The ports of one queue and of its dead letters, as a rule needs them.
public struct QueueSubject: Sendable {
    /// Sends to the queue.
    public var sender: any JobSender
    /// Receives from the queue, which must be empty and nobody else's.
    public var queue: any JobQueue & MessageReplacer
    /// Sends to the dead letters.
    public var deadLetters: any DeadLetterSender
    /// Receives the dead letters.
    public var deadLetterQueue: any JobQueue
    /// After how many receipts the queue gives a message up; nil if it is too many to try.
    public var maxReceiveCount: Int?
    /// Lets time pass: moves a manual clock, or really sleeps.
    public var elapse: @Sendable (Duration) async throws -> Void

    /// Makes a subject.
    public init(
        sender: any JobSender,
        queue: any JobQueue & MessageReplacer,
        deadLetters: any DeadLetterSender,
        deadLetterQueue: any JobQueue,
        maxReceiveCount: Int? = nil,
        elapse: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.sender = sender
        self.queue = queue
        self.deadLetters = deadLetters
        self.deadLetterQueue = deadLetterQueue
        self.maxReceiveCount = maxReceiveCount
        self.elapse = elapse
    }
}

/// One rule that every queue of jobs must keep; all of them are ``all``.
///
/// The suite of a queue is one line: a test with `JobQueueRule.all` as its arguments that calls ``check(_:)`` with a
/// fresh queue, and with a time limit, because a queue that never answers is a failure too.
public struct JobQueueRule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    public let testDescription: String
    private let body: @Sendable (QueueSubject) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (QueueSubject) async throws -> Void) {
        testDescription = description
        self.body = body
    }

    /// Holds a queue to the rule.
    public func check(_ subject: QueueSubject) async throws {
        try await body(subject)
    }

    /// Every rule.
    public static let all = sending + visibility + waiting + replacing + deadLetters

    static let sending = [
        JobQueueRule("jobs of one tenant do not wait for each other without an ordering key") { subject async throws in
            var bodies: Set<String> = []
            for _ in 0..<3 {
                var job = Job.sample()
                job.tenant = "acme"
                try await subject.sender.send(job, trace: .sample, after: .zero)
                bodies.insert(job.message.body)
            }
            for _ in 0..<3 {
                let delivery = try await subject.next()
                #expect(bodies.remove(delivery.body) != nil)
                #expect(delivery.orderingKey == nil)
            }
        },
        JobQueueRule("what is sent is received once, with its body and its trace") { subject async throws in
            let job = Job.sample()
            try await subject.sender.send(job, trace: .sample, after: .zero)
            let delivery = try await subject.next()
            #expect(delivery.body == job.message.body)
            #expect(delivery.trace == .sample)
            #expect(delivery.receiveCount == 1)
            #expect(delivery.sentAt != nil)
            #expect(delivery.deadLetterReason == nil)
            #expect(delivery.jobType == job.type)
            #expect(delivery.orderingKey == nil)
            #expect(!delivery.messageID.isEmpty)
            #expect(try await subject.isEmpty())
        },
        JobQueueRule("what was sent at once arrives once each") { subject async throws in
            let jobs = (0..<25).map { _ in Job.sample() }
            try await withThrowingTaskGroup { group in
                for job in jobs {
                    group.addTask { try await subject.sender.send(job, trace: .sample, after: .zero) }
                }
                try await group.waitForAll()
            }
            let received = try await subject.receive(25)
            #expect(received.map(\.body).sorted() == jobs.map(\.message.body).sorted())
            #expect(Set(received.map(\.messageID)).count == 25)
            #expect(try await subject.isEmpty())
        },
        JobQueueRule("what is sent with a delay is received when that is over") { subject async throws in
            let job = Job.sample()
            try await subject.sender.send(job, trace: nil, after: .milliseconds(1500))
            #expect(try await subject.isEmpty())
            try await subject.elapse(.seconds(2))
            #expect(try await subject.next().body == job.message.body)
        },
        JobQueueRule("a receive takes no more than it may") { subject async throws in
            for _ in 0..<12 {
                try await subject.sender.send(Job.sample(), trace: .sample, after: .zero)
            }
            let first = try await subject.queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60))
            #expect(first.count <= 10)
            let rest = try await subject.receive(12 - first.count)
            #expect(Set((first + rest).map(\.messageID)).count == 12)
        },
        JobQueueRule("a receive of one takes one") { subject async throws in
            for _ in 0..<3 {
                try await subject.sender.send(Job.sample(), trace: .sample, after: .zero)
            }
            for _ in 0..<3 {
                #expect(try await subject.queue.receive(upTo: 1, wait: .zero, visibility: .seconds(60)).count <= 1)
            }
        },
        JobQueueRule("a reachable queue says so") { subject async throws in
            try await subject.sender.checkReachable()
        },
    ]
}
