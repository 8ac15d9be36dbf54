/// Something that happens to a process during the drill.
struct Adversity: Sendable {
    /// What happens.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        /// It is killed, and started again after a while.
        case kill
        /// It is stopped for longer than a lease, and goes on as if nothing had been.
        case freeze
        /// It is asked to end, and started again.
        case terminate
        /// Another is started in its place, and then it is asked to end, as in a rolling deploy.
        case replace
    }

    let kind: Kind
    /// Which process, by its place in the fleet.
    let place: Int
    /// How long after the drill's start.
    let start: Duration
    /// How long the process is away.
    let length: Duration
}
