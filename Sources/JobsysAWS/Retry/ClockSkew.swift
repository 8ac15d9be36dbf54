import FoundationEssentials

/// How far the service's clock is ahead of this machine's, as far as that is worth a correction.
///
/// AWS refuses signatures whose date is 15 minutes off. What the service says is compared with the middle of the
/// exchange; a machine's clock that is right again brings the offset back to nothing.
struct ClockSkew {
    /// The least difference that is corrected, in seconds; below it signatures are accepted anyway.
    static let threshold: TimeInterval = 4 * 60
    /// The least change that counts: a date in a header field has whole seconds, and the exchange takes time.
    static let resolution: TimeInterval = 60
    /// The longest exchange that still says something about the clock.
    static let longestExchange: TimeInterval = 15 * 60

    /// What is to be added to this machine's time.
    private(set) var offset: TimeInterval = 0

    /// Learns from an answer; the two dates of this machine are not corrected ones.
    mutating func learn(serverDate: Date, sent: Date, received: Date) {
        let exchange = received.timeIntervalSince(sent)
        // A clock that was set during the exchange says nothing.
        guard (0...Self.longestExchange).contains(exchange) else { return }
        let measured = serverDate.timeIntervalSince(sent + exchange / 2)
        let offset = abs(measured) >= Self.threshold ? measured : 0
        if differs(from: offset) { self.offset = offset }
    }

    /// Whether a request that was signed with this offset is worth another attempt with the present one.
    func differs(from used: TimeInterval) -> Bool {
        abs(offset - used) >= Self.resolution
    }
}
