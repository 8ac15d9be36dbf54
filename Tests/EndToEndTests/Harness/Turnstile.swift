/// Lets so many tests run at once, in the order of their coming: two cores bear no more. Those that run alone come last:
/// before them the others would have to end, and nobody could come in meanwhile.
actor Turnstile {
    static let shared = Turnstile(3)

    private var free: Int
    private let size: Int
    private var waiting: [(share: Int, wake: CheckedContinuation<Void, Never>)] = []

    init(_ size: Int) {
        self.size = size
        free = size
    }

    /// Comes in, alone if that is asked for.
    func enter(alone: Bool) async {
        await withCheckedContinuation { wake in
            waiting.append((alone ? size : 1, wake))
            admit()
        }
    }

    func leave(alone: Bool) {
        free += alone ? size : 1
        admit()
    }

    private func admit() {
        while let next = waiting.firstIndex(where: { $0.share == 1 }) ?? waiting.indices.first,
            waiting[next].share <= free
        {
            let admitted = waiting.remove(at: next)
            free -= admitted.share
            admitted.wake.resume()
        }
    }
}
