/// Lets so many tests run at once, in the order of their coming: two cores bear no more.
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
        while let first = waiting.first, first.share <= free {
            free -= first.share
            waiting.removeFirst().wake.resume()
        }
    }
}
