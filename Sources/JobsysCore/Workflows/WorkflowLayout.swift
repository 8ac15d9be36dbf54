import JobsysTime

/// The keys of a workflow's items.
///
/// The *record* says what it is; the *root* names its pages, and those that have open members; a *page* says how up to 20
/// members stand, and who waits for them; a *set* names what one member waits for.
enum WorkflowKey {
    static func record(_ id: JobID) -> String { "\(id)" }
    static func root(_ id: JobID) -> String { "\(id)#ROOT" }
    static func page(_ name: String, of id: JobID) -> String { "\(id)#PAGE#\(name)" }
    static func set(_ token: String, of id: JobID) -> String { "\(id)#SET#\(token)" }
    static func slots(_ id: JobID) -> String { "\(id)#SLOTS" }
    static func ready(_ shard: String, of id: JobID) -> String { "\(id)#READY#\(shard)" }

    /// The workflow that a key belongs to.
    static func workflow(of key: String) -> JobID? { JobID(String(key.prefix(36))) }
}

/// A page: how its members stand.
///
/// An element of a set of members is a number on the page, and the generation where the member was started anew: `7`, `7.1`.
/// The end of an earlier generation that is written late changes nothing by that.
struct WorkflowPage {
    /// How many members a page has at most: few enough that most pages take one write unit.
    static let size = 20
    /// The page of the member that runs when all others are over; the root does not count it.
    static let finally = "finally"

    let item: WorkflowItem
    let name: String
    /// The jobs of the members, in their order.
    let members: [JobID]

    init?(_ item: WorkflowItem, name: String) {
        self.item = item
        self.name = name
        members = (item.texts["members"] ?? "").split(separator: ",").compactMap { JobID(compact: $0) }
    }

    /// The item of a new page, all of whose members are open.
    static func item(
        _ name: String,
        of id: JobID,
        members: [JobID],
        edges: Set<String>,
        lenient: Set<Int>,
        waiting: Set<Int>,
        at now: Timestamp,
        expiresAt: Timestamp
    ) -> WorkflowItem {
        WorkflowItem(
            key: WorkflowKey.page(name, of: id),
            texts: ["members": members.map(\.compact).joined(separator: ","), "at": "\(now)"],
            sets: [
                "open": Set(members.indices.map { element($0, 0) }),
                "edges": edges,
                "lenient": Set(lenient.map(String.init)),
                "later": Set(waiting.map(String.init)),
            ],
            expiresAt: expiresAt
        )
    }

    static func element(_ index: Int, _ generation: Int) -> String {
        generation == 0 ? "\(index)" : "\(index).\(generation)"
    }

    /// The number and the generation of an element.
    static func parse(_ element: String) -> (index: Int, generation: Int)? {
        let parts = element.split(separator: ".")
        guard let index = parts.first.flatMap({ Int($0) }) else { return nil }
        return (index, parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    }

    /// A target of an edge.
    enum Target: Hashable {
        /// A job that waits for this one member alone.
        case job(JobID)
        /// A set that the member is in.
        case set(String)

        var text: String {
            switch self {
            case .job(let id): "!\(id.compact)"
            case .set(let token): token
            }
        }

        init?(_ text: Substring) {
            if text.hasPrefix("!") {
                guard let id = JobID(compact: text.dropFirst()) else { return nil }
                self = .job(id)
            } else {
                self = .set(String(text))
            }
        }
    }

    static func edge(_ index: Int, _ target: Target) -> String { "\(index)>\(target.text)" }

    /// What waits for a member.
    func targets(of index: Int) -> [Target] {
        let lead = "\(index)>"
        return (item.sets["edges"] ?? []).filter { $0.hasPrefix(lead) }.sorted()
            .compactMap { Target($0.dropFirst(lead.count)) }
    }

    /// The members that are open, with their generations.
    var open: [Int: Int] { latest("open") }

    /// How a member stands: nil if it is open.
    func outcome(of index: Int) -> MemberOutcome? {
        if open[index] != nil { return nil }
        var found: (outcome: MemberOutcome, generation: Int)?
        for outcome in MemberOutcome.allCases {
            if let generation = latest(outcome.rawValue)[index], generation >= found?.generation ?? 0 {
                found = (outcome, generation)
            }
        }
        return found?.outcome
    }

    /// Whether the failure of a member does not count.
    func isLenient(_ index: Int) -> Bool { item.sets["lenient"]?.contains("\(index)") ?? false }

    /// Whether a member waited for others when it was added.
    func waitedAtFirst(_ index: Int) -> Bool { item.sets["later"]?.contains("\(index)") ?? false }

    /// When the page was made.
    var at: Timestamp { item.texts["at"].flatMap { Timestamp($0) } ?? .earliest }

    private func latest(_ set: String) -> [Int: Int] {
        var elements: [Int: Int] = [:]
        for element in item.sets[set] ?? [] {
            guard let (index, generation) = Self.parse(element) else { continue }
            elements[index] = max(generation, elements[index] ?? 0)
        }
        return elements
    }
}

/// What one member waits for: a set of members, or a tree of such sets where there are many.
enum WorkflowSet {
    /// The most elements of a set.
    static let size = 100

    /// What a member is called in sets.
    static func token(_ member: JobID) -> String { String(member.compact.prefix(10)) }

    /// The sets that a member waits for, and where each of those that it depends on is in them.
    ///
    /// One that depends on a single member needs no set.
    static func tree(
        for member: JobID,
        in workflow: JobID,
        dependencies: [JobID],
        expiresAt: Timestamp
    ) -> (sets: [WorkflowItem], targets: [JobID: WorkflowPage.Target]) {
        guard dependencies.count > 1 else {
            return ([], dependencies.first.map { [$0: .job(member)] } ?? [:])
        }
        var targets: [JobID: WorkflowPage.Target] = [:]
        var sets: [WorkflowItem] = []
        var elements = dependencies.map(token)
        var level = 0
        while true {
            let chunks = chunked(elements)
            let parents = (chunks.count + size - 1) / size
            let isTop = chunks.count == 1
            var tokens: [String] = []
            for (number, chunk) in chunks.enumerated() {
                let token = isTop ? top(member) : nested(member, level, number)
                tokens.append(token)
                var texts = ["job": member.compact]
                if !isTop { texts["into"] = parents == 1 ? top(member) : nested(member, level + 1, number / size) }
                sets.append(
                    WorkflowItem(
                        key: WorkflowKey.set(token, of: workflow),
                        texts: texts,
                        sets: ["waits": Set(chunk)],
                        expiresAt: expiresAt
                    )
                )
                guard level == 0 else { continue }
                for id in dependencies[number * size..<min((number + 1) * size, dependencies.count)] {
                    targets[id] = .set(token)
                }
            }
            if isTop { return (sets, targets) }
            elements = tokens
            level += 1
        }
    }

    private static func chunked(_ elements: [String]) -> [[String]] {
        var chunks: [[String]] = []
        for start in stride(from: 0, to: elements.count, by: size) {
            chunks.append(Array(elements[start..<min(start + size, elements.count)]))
        }
        return chunks
    }

    /// The set whose end has a member released.
    static func top(_ member: JobID) -> String { "+" + token(member) }

    private static func nested(_ member: JobID, _ level: Int, _ number: Int) -> String {
        "+" + token(JobID(tenant: "set", idempotencyKey: "\(member)/\(level)/\(number)"))
    }
}
