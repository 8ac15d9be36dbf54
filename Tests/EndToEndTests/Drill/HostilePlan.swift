import JobsysPropertyTestKit

/// What the hostile adversary does, one deed after the other: a pure function of the seed and the deed's number.
struct HostilePlan: Sendable {
    /// One thing that it does.
    enum Deed: Sendable, Hashable {
        /// Sends a message to a queue of jobs.
        case message(HostileMessage.Kind, isOrdered: Bool)
        /// Sends a message that is not JSON, or has forged attributes, to a dead-letter queue.
        case letter(HostileMessage.Kind, isOrdered: Bool)
        /// Writes a record, and sends a message that names it where there can be one.
        case record(HostileRecord.Kind, isOrdered: Bool)
    }

    let seed: UInt64

    /// What is done: everything there is once, in an order that is drawn, then everything once more.
    func deed(_ number: Int) -> Deed {
        var generator = SeededGenerator(seed: seed &+ 3, stream: UInt64(number / Self.deeds.count + 1))
        return Self.deeds.shuffled(using: &generator)[number % Self.deeds.count]
    }

    /// What the details of a deed are drawn from.
    func details(of number: Int) -> SeededGenerator {
        SeededGenerator(seed: seed &+ 4, stream: UInt64(number + 1))
    }

    /// How often the dead-letter queue refuses what a worker makes of the deed's message.
    ///
    /// Once is the letter as it is; twice is its excerpt, too, and the message comes back later. That is not done to the ordered
    /// queue, where it would hold the message's key.
    func letterRefusals(of number: Int) -> Int {
        let isOrdered: Bool
        switch deed(number) {
        case .message(_, let ordered): isOrdered = ordered
        case .record(.unknownClass, _), .letter: return 0
        case .record(_, let ordered): isOrdered = ordered
        }
        var generator = SeededGenerator(seed: seed &+ 5, stream: UInt64(number + 1))
        let draw = Int.random(in: 0..<10, using: &generator)
        return draw < 5 ? 0 : draw < 8 || isOrdered ? 1 : draw < 9 ? 2 : 3
    }

    private static let deeds: [Deed] = [false, true]
        .flatMap { isOrdered in
            HostileMessage.Kind.allCases.map { Deed.message($0, isOrdered: isOrdered) }
                + [.letter(.noJSON, isOrdered: isOrdered), .letter(.forged, isOrdered: isOrdered)]
                + HostileRecord.Kind.allCases.filter { $0.messageEnd != nil || !isOrdered }
                .map { .record($0, isOrdered: isOrdered) }
        }
}
