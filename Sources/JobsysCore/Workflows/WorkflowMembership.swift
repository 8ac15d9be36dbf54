import JobsysHandlers
public import JobsysTime

/// A job's place in a workflow: written with the job, and never changed.
///
/// A class, so that jobs outside workflows carry no more than a reference.
public final class WorkflowMembership: Sendable, Hashable {
    /// The workflow.
    public let workflow: JobID
    /// The member's key in it.
    public let key: String
    /// The page that says how the member stands.
    public let page: String
    /// The member's number on the page.
    public let index: Int
    /// The keys that it waits for, up to ``storedDependencies``; none if there are more.
    public let dependsOn: [String]
    /// How many members it waits for.
    public let dependencies: Int
    /// Whether those that wait for it go on if it does not succeed.
    public let continues: Bool
    /// When the store may forget the workflow and all that belongs to it.
    public let keepUntil: Timestamp
    /// How many members may be open at once; nil if that is not limited.
    public let maxParallel: Int?
    /// How many members may fail before the workflow does; nil if each is dealt with by its own policy.
    public let tolerance: WorkflowTolerance?

    /// The most keys that a member's record names.
    public static let storedDependencies = 100

    /// Makes a membership.
    public init(
        workflow: JobID,
        key: String,
        page: String,
        index: Int,
        dependsOn: [String] = [],
        dependencies: Int? = nil,
        continues: Bool = false,
        keepUntil: Timestamp,
        maxParallel: Int? = nil,
        tolerance: WorkflowTolerance? = nil
    ) {
        self.workflow = workflow
        self.key = key
        self.page = page
        self.index = index
        self.dependsOn = dependsOn.count > Self.storedDependencies ? [] : dependsOn
        self.dependencies = dependencies ?? dependsOn.count
        self.continues = continues
        self.keepUntil = keepUntil
        self.maxParallel = maxParallel
        self.tolerance = tolerance
    }

    /// Whether two are of the same workflow, key, place and terms.
    public static func == (left: WorkflowMembership, right: WorkflowMembership) -> Bool {
        left.workflow == right.workflow && left.key == right.key && left.page == right.page && left.index == right.index
            && left.dependsOn == right.dependsOn && left.dependencies == right.dependencies
            && left.continues == right.continues && left.keepUntil == right.keepUntil
            && left.maxParallel == right.maxParallel && left.tolerance == right.tolerance
    }

    /// Hashes the workflow and the key, which tell memberships apart.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(workflow)
        hasher.combine(key)
    }

    /// Whether those that wait go on after such an end.
    func passes(_ outcome: MemberOutcome) -> Bool {
        outcome == .succeeded || continues || tolerance != nil
    }
}

/// How many members may fail before their workflow does: a number, or a share of all.
public enum WorkflowTolerance: Sendable, Hashable, CustomStringConvertible {
    /// So many.
    case count(Int)
    /// So many of a hundred.
    case percent(Int)

    /// Reads `5` or `5%`; nil for anything else.
    public init?(_ text: String) {
        let number = text.hasSuffix("%") ? String(text.dropLast()) : text
        guard let value = Int(number), value >= 0, String(value) == number else { return nil }
        if text.hasSuffix("%") {
            guard value <= 100 else { return nil }
            self = .percent(value)
        } else {
            self = .count(value)
        }
    }

    /// Whether so many failures of so many members are too many.
    public func isExceeded(by failures: Int, of members: Int) -> Bool {
        switch self {
        case .count(let limit): failures > limit
        case .percent(let limit): failures * 100 > limit * members
        }
    }

    /// `5` or `5%`.
    public var description: String {
        switch self {
        case .count(let limit): "\(limit)"
        case .percent(let limit): "\(limit)%"
        }
    }
}

/// How a member has ended; the text is the name of the set that a page keeps it in.
enum MemberOutcome: String, Sendable, Hashable, CaseIterable {
    case succeeded
    case failed
    case cancelled

    /// How a job has ended; nil if it has not.
    init?(_ status: JobStatus) {
        switch status {
        case .succeeded: self = .succeeded
        case .failedFinal: self = .failed
        case .cancelled: self = .cancelled
        case .waiting, .scheduled, .pending, .running, .retrying: return nil
        }
    }
}

extension JobID {
    /// The id of a member: whoever adds the same key to the same workflow makes the same job.
    public init(workflow: JobID, key: String) {
        self.init(tenant: "workflow", idempotencyKey: "\(workflow)/\(key)")
    }

    /// The id in 22 characters instead of 36, for sets that hold many of them.
    package var compact: String {
        var (bits, count) = (UInt32(0), 0)
        var text: [UInt8] = []
        text.reserveCapacity(22)
        for digit in description.utf8 where digit != UInt8(ascii: "-") {
            bits = bits << 4 | UInt32(digit >= UInt8(ascii: "a") ? digit - 87 : digit - 48)
            count += 4
            guard count >= 6 else { continue }
            count -= 6
            text.append(Self.alphabet[Int(bits >> UInt32(count) & 63)])
        }
        text.append(Self.alphabet[Int(bits << UInt32(6 - count) & 63)])
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads the compact form.
    package init?(compact: some StringProtocol) {
        guard compact.utf8.count == 22 else { return nil }
        var (bits, count) = (UInt32(0), 0)
        var text: [UInt8] = []
        for byte in compact.utf8 {
            guard let value = Self.alphabet.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            while count >= 4, text.count < 36 {
                count -= 4
                if [8, 13, 18, 23].contains(text.count) { text.append(UInt8(ascii: "-")) }
                let digit = UInt8(bits >> UInt32(count) & 15)
                text.append(digit < 10 ? digit + 48 : digit + 87)
            }
        }
        self.init(String(decoding: text, as: UTF8.self))
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
