import JobsysJSON

/// The queues, and those who wait for their messages.
struct Queues {
    private struct Poll {
        var caller: Caller
        var queue: String
        var limit: Int
        var visibility: Int
        var until: Instant
    }

    private var queues: [String: MessageQueue] = [:]
    private var polls: [Poll] = []
    private var messageCount = 0
    private let clock = WallClock()
    private(set) var sentCount = 0
    private(set) var deletedCount = 0

    mutating func resetCounts() {
        (sentCount, deletedCount) = (0, 0)
    }

    mutating func serve(
        _ operation: String,
        _ input: Input,
        from caller: Caller,
        at now: Instant
    ) throws(Refusal) -> StubReply {
        var writer = JSONWriter(capacity: 256)
        switch operation {
        case "ReceiveMessage": return try receive(input, from: caller, at: now)
        case "SendMessage":
            let sent = try send(input, to: try name(input), at: now)
            writer.object { sent.write(to: &$0) }
        case "SendMessageBatch":
            let name = try name(input)
            try forEach(input, &writer) { queues, entry throws(Refusal) in try queues.send(entry, to: name, at: now) }
        case "DeleteMessage":
            _ = try delete(input, from: try name(input))
            writer = .emptyObject
        case "DeleteMessageBatch":
            let name = try name(input)
            try forEach(input, &writer) { queues, entry throws(Refusal) in try queues.delete(entry, from: name) }
        case "ChangeMessageVisibility":
            _ = try change(input, in: try name(input), at: now)
            writer = .emptyObject
        case "ChangeMessageVisibilityBatch":
            let name = try name(input)
            try forEach(input, &writer) { queues, entry throws(Refusal) in try queues.change(entry, in: name, at: now) }
        default: try manage(operation, input, &writer)
        }
        return .answer(StubResponse(writer))
    }

    // MARK: Messages

    /// What is told of a message that was sent; of one that was deleted or changed there is nothing to tell.
    private struct Entry {
        var id: String?
        var digest: String?

        func write(to writer: inout JSONWriter) {
            writer.member("MessageId", ifPresent: id)
            writer.member("MD5OfMessageBody", ifPresent: digest)
        }
    }

    private func name(_ input: Input) throws(Refusal) -> String {
        let name = try input.string("QueueUrl").split(separator: "/").last.map { String($0) } ?? ""
        guard queues[name] != nil else { throw .noSuchQueue }
        return name
    }

    private mutating func send(_ input: Input, to name: String, at now: Instant) throws(Refusal) -> Entry {
        messageCount += 1
        let message = try QueuedMessage(number: messageCount, input, at: now)
        let delay = input.int("DelaySeconds") ?? queues[name]?.seconds("DelaySeconds", otherwise: 0) ?? 0
        let earlier = queues[name]?.add(message, delay: delay, at: now)
        if earlier == nil { sentCount += 1 }
        return Entry(id: earlier ?? message.id, digest: message.bodyDigest)
    }

    private mutating func delete(_ input: Input, from name: String) throws(Refusal) -> Entry {
        // An old receipt is no error to SQS.
        if queues[name]?.delete(try input.string("ReceiptHandle")) == true { deletedCount += 1 }
        return Entry()
    }

    private mutating func change(_ input: Input, in name: String, at now: Instant) throws(Refusal) -> Entry {
        try queues[name]?.change(try input.string("ReceiptHandle"), until: now + (input.int("VisibilityTimeout") ?? 0))
        return Entry()
    }

    /// Does something with each entry of a batch; one that is refused does not hinder the others.
    private mutating func forEach(
        _ input: Input,
        _ writer: inout JSONWriter,
        _ body: (inout Queues, Input) throws(Refusal) -> Entry
    ) throws(Refusal) {
        var (successful, failed) = (JSONWriter(), JSONWriter())
        successful.beginArray()
        failed.beginArray()
        for entry in try input.array("Entries") {
            let id = try Input(entry).string("Id")
            do throws(Refusal) {
                let done = try body(&self, Input(entry))
                successful.object { writer in
                    writer.member("Id", id)
                    done.write(to: &writer)
                }
            } catch {
                failed.object { writer in
                    writer.member("Id", id)
                    writer.member("SenderFault", true)
                    writer.member("Code", error.code)
                    writer.member("Message", error.message)
                }
            }
        }
        successful.endArray()
        failed.endArray()
        writer.object { writer in
            writer.key("Successful")
            writer.raw(successful.bytes)
            writer.key("Failed")
            writer.raw(failed.bytes)
        }
    }

    // MARK: Receiving

    private mutating func receive(_ input: Input, from caller: Caller, at now: Instant) throws(Refusal) -> StubReply {
        let name = try name(input)
        guard let queue = queues[name] else { throw .noSuchQueue }
        let wait = input.int("WaitTimeSeconds") ?? queue.seconds("ReceiveMessageWaitTimeSeconds", otherwise: 0)
        let poll = Poll(
            caller: caller,
            queue: name,
            limit: input.int("MaxNumberOfMessages") ?? 1,
            visibility: input.int("VisibilityTimeout") ?? queue.seconds("VisibilityTimeout", otherwise: 30),
            until: now + wait
        )
        if let response = answer(poll, at: now) ?? (wait == 0 ? StubResponse(.emptyObject) : nil) {
            return .answer(response)
        }
        polls.append(poll)
        return .later
    }

    /// The messages for a poll; nil if there are none.
    private mutating func answer(_ poll: Poll, at now: Instant) -> StubResponse? {
        queues[poll.queue]?.takeBack(at: now)
        var messages: [QueuedMessage] = []
        while messages.count < poll.limit, let message = queues[poll.queue]?.takeNext() {
            guard !giveUp(message, of: poll.queue) else { continue }
            queues[poll.queue]?.lend(message, until: now + poll.visibility, at: now)
            messages.append(message)
        }
        guard !messages.isEmpty else { return nil }
        var writer = JSONWriter(capacity: 1024 * messages.count)
        writer.object { writer in
            writer.array("Messages") { writer in
                for message in messages { message.write(to: &writer, clock: clock) }
            }
        }
        return StubResponse(writer)
    }

    /// Moves a message that was received too often to the dead letters.
    private mutating func giveUp(_ message: QueuedMessage, of name: String) -> Bool {
        guard let redrive = queues[name]?.redrive, message.receiveCount >= redrive.maxReceiveCount,
            queues[redrive.deadLetterQueue] != nil
        else { return false }
        message.source = queues[name]?.attributes["QueueArn"]
        _ = queues[redrive.deadLetterQueue]?.add(message, delay: 0, at: message.sentAt)
        return true
    }

    var nextDeadline: Instant? {
        polls.reduce(nil as Instant?) { least, poll in
            let next = min(poll.until, queues[poll.queue]?.nextReturn ?? poll.until)
            return least.map { min($0, next) } ?? next
        }
    }

    mutating func readyAnswers(at now: Instant) -> [(caller: Caller, response: StubResponse)] {
        var answers: [(caller: Caller, response: StubResponse)] = []
        var rest: [Poll] = []
        for poll in polls {
            if let response = answer(poll, at: now) {
                answers.append((poll.caller, response))
            } else if poll.until <= now {
                answers.append((poll.caller, StubResponse(.emptyObject)))
            } else {
                rest.append(poll)
            }
        }
        polls = rest
        return answers
    }

    mutating func forget(_ caller: Caller) {
        polls.removeAll { $0.caller == caller }
    }

    // MARK: Queues themselves

    private mutating func manage(_ operation: String, _ input: Input, _ writer: inout JSONWriter) throws(Refusal) {
        switch operation {
        case "CreateQueue":
            let queue = try MessageQueue(input)
            if queues[queue.name] == nil { queues[queue.name] = queue }
            writer.object { $0.member("QueueUrl", Self.url(of: queue.name)) }
        case "GetQueueUrl":
            let name = try input.string("QueueName")
            guard queues[name] != nil else { throw .noSuchQueue }
            writer.object { $0.member("QueueUrl", Self.url(of: name)) }
        case "GetQueueAttributes":
            let all = queues[try name(input)]?.allAttributes ?? [:]
            let wanted = input.json["AttributeNames"]?.arrayValue?.compactMap(\.stringValue) ?? []
            writer.object { writer in
                writer.object("Attributes") { writer in
                    for (name, value) in all where wanted.contains("All") || wanted.contains(name) {
                        writer.member(name, value)
                    }
                }
            }
        case "SetQueueAttributes":
            let name = try name(input)
            for member in try input.object("Attributes").members {
                queues[name]?.attributes[member.key] = member.value.stringValue
            }
            writer = .emptyObject
        case "ListQueues":
            writer.object { writer in
                writer.array("QueueUrls") { writer in
                    for name in queues.keys.sorted() { writer.string(Self.url(of: name)) }
                }
            }
        case "DeleteQueue":
            queues[try name(input)] = nil
            writer = .emptyObject
        default: throw .unknownOperation
        }
    }

    private static func url(of name: String) -> String { "http://sqs.us-east-1.localhost/000000000000/\(name)" }
}

extension Refusal {
    fileprivate static let noSuchQueue = Refusal("QueueDoesNotExist", "The specified queue does not exist.")
}
