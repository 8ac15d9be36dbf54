import JobsysCore
import Testing

extension JobQueueRule {
    static let visibility = [
        JobQueueRule("a received message is hidden for a while, and then comes back as the same") {
            subject async throws in
            try await subject.sender.send(Job.sample(), trace: .sample, after: .zero)
            let first = try await subject.next(visibility: .seconds(2))
            #expect(try await subject.isEmpty())
            try await subject.elapse(.seconds(2))
            let second = try await subject.next()
            #expect(second.messageID == first.messageID)
            #expect(second.body == first.body)
            #expect(second.trace == first.trace)
            #expect(second.receiveCount == 2)
        },
        JobQueueRule("a message hidden for no time comes back at once") { subject async throws in
            try await subject.sender.send(Job.sample(), trace: .sample, after: .zero)
            let first = try await subject.next()
            try await subject.queue.hide(first, for: .zero)
            let second = try await subject.next()
            #expect(second.messageID == first.messageID)
            #expect(second.receiveCount == 2)
        },
        JobQueueRule("a message hidden for longer stays away for longer") { subject async throws in
            try await subject.sender.send(Job.sample(), trace: .sample, after: .zero)
            let first = try await subject.next(visibility: .seconds(1))
            try await subject.queue.hide(first, for: .seconds(3))
            try await subject.elapse(.milliseconds(1500))
            #expect(try await subject.isEmpty())
            try await subject.elapse(.milliseconds(1500))
            #expect(try await subject.next().messageID == first.messageID)
        },
        JobQueueRule("a part of a second hides a message for a whole one") { subject async throws in
            try await subject.sender.send(Job.sample(), trace: .sample, after: .zero)
            let first = try await subject.next()
            try await subject.queue.hide(first, for: .milliseconds(1))
            #expect(try await subject.isEmpty())
            try await subject.elapse(.seconds(1))
            #expect(try await subject.next().messageID == first.messageID)
        },
        JobQueueRule("a deleted message never comes back") { subject async throws in
            try await subject.sender.send(Job.sample(), trace: .sample, after: .zero)
            let first = try await subject.next(visibility: .seconds(1))
            try await subject.queue.delete(first)
            try await subject.elapse(.seconds(2))
            #expect(try await subject.isEmpty())
        },
        JobQueueRule("deletes and hides made at once all hold") { subject async throws in
            for _ in 0..<24 {
                try await subject.sender.send(Job.sample(), trace: .sample, after: .zero)
            }
            let received = try await subject.receive(24)
            try #require(received.count == 24)
            try await withThrowingTaskGroup { group in
                for (index, delivery) in received.enumerated() {
                    group.addTask {
                        if index < 12 {
                            try await subject.queue.delete(delivery)
                        } else {
                            try await subject.queue.hide(delivery, for: .zero)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let back = try await subject.receive(12)
            #expect(Set(back.map(\.messageID)) == Set(received.dropFirst(12).map(\.messageID)))
            #expect(try await subject.isEmpty())
        },
    ]

    static let waiting = [
        JobQueueRule("a receive that does not wait finds an empty queue empty") { subject async throws in
            #expect(try await subject.queue.receive(upTo: 10, wait: .zero, visibility: .seconds(60)) == [])
        },
        JobQueueRule("a receive that waits is woken by a message") { subject async throws in
            let job = Job.sample()
            let received = try await withThrowingTaskGroup(of: [Delivery].self) { group in
                group.addTask {
                    try await subject.queue.receive(upTo: 10, wait: .seconds(20), visibility: .seconds(60))
                }
                try await subject.elapse(.seconds(1))
                try await subject.sender.send(job, trace: .sample, after: .zero)
                return try await group.next() ?? []
            }
            #expect(received.map(\.body) == [job.message.body])
        },
        JobQueueRule("a receive that is cancelled ends its wait at once") { subject async throws in
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: [Delivery].self) { group in
                group.addTask {
                    try await subject.queue.receive(upTo: 10, wait: .seconds(20), visibility: .seconds(60))
                }
                try await subject.elapse(.seconds(1))
                group.cancelAll()
                let ended = await group.nextResult()
                #expect(throws: CancellationError.self) { try ended?.get() }
            }
            // Sooner than it would have ended by itself.
            #expect(start.duration(to: .now) < .seconds(20))
        },
    ]
}
