/// How many messages are in a queue, about.
public struct QueueDepth: Sendable, Hashable {
    /// Those that can be received now.
    public var visible: Int
    /// Those that were sent with a delay that has not passed.
    public var delayed: Int
    /// Those that a worker has, or has put off.
    public var inFlight: Int

    /// Makes a depth.
    public init(visible: Int, delayed: Int, inFlight: Int) {
        self.visible = visible
        self.delayed = delayed
        self.inFlight = inFlight
    }

    /// Those that nobody has received yet.
    public var waiting: Int { visible + delayed }
}
