import ArgumentParser
import JobsysJSON

/// What every list can be narrowed by; the service knows what is allowed, and says so.
struct ListOptions: ParsableArguments {
    @Option(help: "Only jobs of this type.")
    var type: String?

    @Option(help: "Not what is older than this, such as 2026-11-21T08:30:00Z.")
    var since: String?

    @Option(help: "Not what is as young as this, or younger.")
    var until: String?

    /// The parameters of the request.
    var query: [(String, String?)] {
        [("type", type), ("since", since), ("until", until)]
    }

    /// Whether nothing is narrowed.
    var isEmpty: Bool { type == nil && since == nil && until == nil }
}

extension APIClient {
    /// Gives the first elements of a list to the body.
    func walk(
        _ list: String,
        query: [(String, String?)],
        limit: Int,
        _ body: (JSONValue) -> Void
    ) async throws {
        var left = limit
        try await walk(list, query: query, pageSize: min(limit, 100)) { element in
            body(element)
            left -= 1
            return left > 0
        }
    }
}
