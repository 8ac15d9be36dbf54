import ArgumentParser
import JobsysClient
import JobsysJSON

/// The filters that all lists have; the service checks their values.
struct ListOptions: ParsableArguments {
    @Option(help: "Only jobs of this type.")
    var type: String?

    @Option(help: "Only what happened at this time or later, such as 2026-11-21T08:30:00Z.")
    var since: String?

    @Option(help: "Only what happened before this time.")
    var until: String?

    /// The parameters of the request.
    var query: [(String, String?)] {
        [("type", type), ("since", since), ("until", until)]
    }

    /// Whether nothing is narrowed.
    var isEmpty: Bool { type == nil && since == nil && until == nil }
}

/// How many elements of a list to write.
struct LimitOption: ParsableArguments {
    @Option(name: .customLong("limit"), help: "How many to list, at most.")
    var count = 20

    func validate() throws {
        guard count > 0 else { throw ValidationError("--limit must be at least 1.") }
    }
}

/// How much of a list comes after an element.
struct ListRest: Sendable, Hashable, CustomStringConvertible {
    /// How many are known to come.
    var known: Int
    /// Whether there may be more than those.
    var mayHaveMore: Bool

    /// Whether nothing comes after it.
    var isEmpty: Bool { known == 0 && !mayHaveMore }

    /// The number, for a reader.
    var description: String { mayHaveMore ? "\(known) or more" : "\(known)" }
}

extension APIClient {
    /// Walks a list to its end, or until the body has seen enough and returns false.
    ///
    /// - Parameters:
    ///   - list: The list, which is both its path and the member that has its elements.
    ///   - query: The filters.
    ///   - pageSize: How many elements to ask for at a time.
    ///   - body: Is given each element, and what comes after it.
    /// - Throws: ``APIFailure``, `CancellationError`, and what the body throws.
    func walk(
        _ list: String,
        query: [(String, String?)],
        pageSize: Int = 100,
        _ body: (JSONValue, ListRest) async throws -> Bool
    ) async throws {
        var cursor: String?
        repeat {
            let page = try await get([list], query: query + [("limit", "\(pageSize)"), ("cursor", cursor)])
            cursor = page["nextCursor"]?.stringValue
            let elements = page[list]?.arrayValue ?? []
            for (index, element) in elements.enumerated() {
                let rest = ListRest(known: elements.count - index - 1, mayHaveMore: cursor != nil)
                guard try await body(element, rest) else { return }
            }
        } while cursor != nil
    }

    /// Gives the first elements of a list to the body.
    func walk(
        _ list: String,
        query: [(String, String?)],
        limit: Int,
        _ body: (JSONValue) throws -> Void
    ) async throws {
        var left = limit
        try await walk(list, query: query, pageSize: min(limit, 100)) { element, _ in
            try body(element)
            left -= 1
            return left > 0
        }
    }
}
