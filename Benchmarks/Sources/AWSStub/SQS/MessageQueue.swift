import JobsysJSON

/// A queue: messages that wait, and messages that are hidden until they come back or are deleted.
struct MessageQueue {
    let name: String
    var attributes: [String: String]
    let redrive: (deadLetterQueue: String, maxReceiveCount: Int)?
    let isFIFO: Bool
    private var waiting: [QueuedMessage] = []
    private var firstWaiting = 0
    private var hidden = HiddenMessages()
    private var byReceipt: [String: QueuedMessage] = [:]
    private var blockedGroups: Set<String> = []
    private var deduplication: [String: (id: String, until: Instant)] = [:]
    private var hiddenCount = 0

    /// Reads the input of `CreateQueue`.
    init(_ input: Input) throws(Refusal) {
        name = try input.string("QueueName")
        isFIFO = name.hasSuffix(".fifo")
        attributes = [:]
        for member in input.json["Attributes"]?.objectValue?.members ?? [] {
            attributes[member.key] = member.value.stringValue
        }
        attributes["QueueArn"] = "arn:aws:sqs:us-east-1:000000000000:\(name)"
        let policy = attributes["RedrivePolicy"].flatMap { try? JSONValue(parsing: $0) }
        let limit = policy?["maxReceiveCount"].flatMap { $0.intValue ?? $0.stringValue.flatMap { Int($0) } }
        let target = policy?["deadLetterTargetArn"]?.stringValue?.split(separator: ":").last
        redrive = limit.flatMap { limit in target.map { (String($0), limit) } }
    }

    var waitingCount: Int { waiting.count - firstWaiting }

    /// What `GetQueueAttributes` answers.
    var allAttributes: [String: String] {
        var all = attributes
        all["ApproximateNumberOfMessages"] = String(waitingCount)
        all["ApproximateNumberOfMessagesNotVisible"] = String(hiddenCount)
        all["ApproximateNumberOfMessagesDelayed"] = "0"
        return all
    }

    func seconds(_ attribute: String, otherwise: Int) -> Int {
        attributes[attribute].flatMap { Int($0) } ?? otherwise
    }

    /// Takes a message in; answers the id of an earlier one if this is its duplicate.
    mutating func add(_ message: QueuedMessage, delay: Int, at now: Instant) -> String? {
        if isFIFO, let key = message.deduplicationID {
            if let earlier = deduplication[key], now < earlier.until { return earlier.id }
            deduplication[key] = (message.id, now + 300)
        }
        if delay > 0 {
            hide(message, until: now + delay)
        } else {
            waiting.append(message)
        }
        return nil
    }

    /// When a hidden message comes back.
    var nextReturn: Instant? { hidden.next }

    /// Puts the hidden messages that are back to those that wait.
    mutating func takeBack(at now: Instant) {
        while let message = hidden.takeDue(at: now) {
            hiddenCount -= 1
            if let group = message.group, isFIFO {
                blockedGroups.remove(group)
                // Before all that came after it.
                let place = waiting[firstWaiting...].firstIndex { $0.number > message.number } ?? waiting.endIndex
                waiting.insert(message, at: place)
            } else {
                waiting.append(message)
            }
        }
    }

    /// Takes out the next message that may be received.
    mutating func takeNext() -> QueuedMessage? {
        var place = firstWaiting
        if isFIFO {
            while place < waiting.count, let group = waiting[place].group, blockedGroups.contains(group) { place += 1 }
        }
        guard place < waiting.count else { return nil }
        let message = waiting[place]
        if place > firstWaiting {
            waiting.remove(at: place)
        } else {
            firstWaiting += 1
            if firstWaiting > 1024, firstWaiting * 2 > waiting.count {
                waiting.removeFirst(firstWaiting)
                firstWaiting = 0
            }
        }
        return message
    }

    /// Gives a message to a receiver until a time.
    mutating func lend(_ message: QueuedMessage, until: Instant, at now: Instant) {
        if let old = message.receipt { byReceipt[old] = nil }
        message.receiveCount += 1
        message.firstReceivedAt = message.firstReceivedAt ?? now
        byReceipt[message.makeReceipt()] = message
        if isFIFO, let group = message.group { blockedGroups.insert(group) }
        hide(message, until: until)
    }

    /// Changes when a message comes back.
    mutating func change(_ receipt: String, until: Instant) throws(Refusal) {
        guard let message = byReceipt[receipt], message.hiddenUntil != nil else {
            throw Refusal("MessageNotInflight", "The message is not in flight.")
        }
        hidden.add(message, until: until)
    }

    /// Removes a message; answers whether it was there.
    mutating func delete(_ receipt: String) -> Bool {
        guard let message = byReceipt.removeValue(forKey: receipt) else { return false }
        if message.hiddenUntil == nil {
            waiting.removeAll { $0 === message }
        } else {
            message.hiddenUntil = nil
            hiddenCount -= 1
        }
        if isFIFO, let group = message.group { blockedGroups.remove(group) }
        return true
    }

    private mutating func hide(_ message: QueuedMessage, until: Instant) {
        hiddenCount += 1
        hidden.add(message, until: until)
    }
}
