/// Messages that come back, the earliest first: a binary heap.
///
/// A message whose time has been changed is in it twice; the entry that no longer tells its time is passed over.
struct HiddenMessages {
    private var heap: [(until: Instant, message: QueuedMessage)] = []

    mutating func add(_ message: QueuedMessage, until: Instant) {
        message.hiddenUntil = until
        heap.append((until, message))
        var child = heap.count - 1
        while child > 0, heap[child].until < heap[(child - 1) / 2].until {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// When the first of them comes back.
    var next: Instant? { heap.first?.until }

    /// Takes one out that is back by now.
    mutating func takeDue(at now: Instant) -> QueuedMessage? {
        while let first = heap.first, first.until <= now {
            removeFirst()
            if first.message.hiddenUntil == first.until {
                first.message.hiddenUntil = nil
                return first.message
            }
        }
        return nil
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].until < heap[least].until {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
