internal import Logging

/// What a log event says besides its message: each name once, in the order of the line.
///
/// They are a dozen at most times, and so found sooner by comparison than by a hash.
struct LogMembers {
    /// A name with what is said under it.
    struct Member {
        fileprivate let rank: Int
        let name: String
        let value: Logger.MetadataValue
    }

    private static let reservedNames = ["ts", "level", "component", "msg"]
    private static let leadingNames = ["traceId", "jobId", "requestId", "error"]

    private(set) var members: [Member] = []
    private var displaced: [(name: String, value: Logger.MetadataValue)] = []
    private let hasError: Bool

    /// Takes the event's error, and metadata of which the first that has a name gives its value.
    init(error: (any Error)?, _ sources: Logger.Metadata?...) {
        hasError = error != nil
        members.reserveCapacity(16)
        if let error { add("error", .string(String(describing: error))) }
        for source in sources {
            for (name, value) in source ?? [:] {
                // A name may be in an object once only: the metadata gives way.
                if isReserved(name) {
                    displaced.append(("metadata.\(name)", value))
                } else {
                    add(name, value)
                }
            }
        }
        for member in displaced { add(member.name, member.value) }
    }

    private func isReserved(_ name: String) -> Bool {
        Self.reservedNames.contains(name) || hasError && name == "error"
    }

    /// Puts a member in its place, unless there is one of its name.
    private mutating func add(_ name: String, _ value: Logger.MetadataValue) {
        let rank = Self.leadingNames.firstIndex(of: name) ?? Self.leadingNames.endIndex
        var place = members.endIndex
        while place > 0, (rank, name) < (members[place - 1].rank, members[place - 1].name) { place -= 1 }
        guard place == 0 || members[place - 1].name != name else { return }
        members.insert(Member(rank: rank, name: name, value: value), at: place)
    }
}
