import JobsysCore

/// An item as an index that holds keys only knows it.
struct IndexKey: Sendable, Hashable {
    /// The item's key in the table.
    var partitionKey: String
    /// Its place in the list that the index is.
    var position: ListPosition
}

/// Some keys of an index, newest first, with nothing left out between them.
struct IndexSlice: Sendable, Hashable {
    /// The keys.
    var keys: [IndexKey]
    /// Where to look on; nil if the index has no more.
    var rest: ListPosition?
}

/// A question to an index.
struct IndexLook: Sendable, Hashable {
    /// Where what is asked for ends.
    var position: ListPosition
    /// How many keys each part of the index is asked for.
    var count: Int
    /// How many parts may be looked at side by side, where an index has several.
    var parts: Int
}

/// Lists what lies behind an index: keys first, then the items, until enough of them are what was asked for.
///
/// The work is bounded by the number of looks into the index and by the number of items read; what is found by then is
/// returned, with the position at which there is more. Where nothing is found, ever more parts of the index are looked at
/// side by side, so that a list of long ago, or an empty one, does not take a round trip for each.
struct IndexWalk: Sendable {
    /// The part of the list that is asked for.
    var section: ListSection
    /// Whether every element is asked for, so that no more have to be read than are wanted.
    var isUnfiltered: Bool
    /// The number of looks into the index, at most: two days more than a job is kept that is over.
    var maxLooks = 16
    /// The number of parts that are looked at side by side, at most.
    var maxParts = 8
    /// The number of items after which no more are read.
    var maxReads = 1000
    /// The number of keys to ask for, and of items to read, at a time.
    var pageSize = 100

    /// Lists elements.
    ///
    /// - Parameters:
    ///   - look: The keys before a position; of no more parts than given.
    ///   - read: The elements behind keys, in their order, and nil for one that is gone or not asked for.
    /// - Returns: What was found, newest first.
    /// - Throws: What the closures throw.
    func listing<Element: Sendable>(
        look: (IndexLook) async throws -> IndexSlice,
        read: ([IndexKey]) async throws -> [Element?]
    ) async throws -> Listing<Element> {
        var found: [Element] = []
        var reads = 0
        var looks = 0
        var parts = 1
        var position = section.start
        while position > section.end {
            guard looks < maxLooks, reads < maxReads else { return Listing(found, next: position) }
            parts = min(parts, maxLooks - looks)
            let count = pageSize(of: section.limit - found.count)
            let slice = try await look(IndexLook(position: position, count: count, parts: parts))
            looks += parts
            parts = slice.keys.isEmpty ? min(parts * 2, maxParts) : 1
            var keys = slice.keys.filter { $0.position >= section.end }[...]
            while !keys.isEmpty {
                let batch = Array(keys.prefix(pageSize(of: section.limit - found.count)))
                keys = keys.dropFirst(batch.count)
                reads += batch.count
                for (key, element) in zip(batch, try await read(batch)) {
                    guard let element else { continue }
                    found.append(element)
                    if found.count == section.limit { return Listing(found, next: key.position) }
                }
            }
            guard let rest = slice.rest else { break }
            position = rest
        }
        return Listing(found, next: nil)
    }

    private func pageSize(of wanted: Int) -> Int {
        isUnfiltered ? min(wanted, pageSize) : pageSize
    }
}
