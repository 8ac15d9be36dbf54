import Hummingbird
import JobsysCore
import JobsysJSON

/// What a request to submit many jobs says, as far as it is checked before its first job is submitted.
///
/// The members are left as they came, and each is read when its turn comes: a tree takes many times the memory of its text,
/// and a batch must not need more of it than the few submissions that are under way at a time.
struct BatchRequest {
    /// The most jobs.
    static let limit = 100

    /// The text of each job.
    private(set) var members: [ArraySlice<UInt8>] = []
    /// The keys of each job that have it submitted after the earlier ones that share one.
    private var keys: [Set<String>] = []

    /// Reads the request.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader) async throws {
        try JSONBody.checkMediaType(request.headers)
        guard request.headers[.idempotencyKey] == nil else {
            let detail =
                "An Idempotency-Key header is for one job: a job of a batch has a member idempotencyKey instead."
            throw Problem(.unprocessableContent, detail)
        }
        try self.init(parsing: try await reader.bytes(of: request))
    }

    /// Reads the body.
    ///
    /// - Throws: ``Problem`` with 400 or 422.
    init(parsing bytes: [UInt8]) throws {
        var problems: [FieldProblem] = []
        var hasJobs = false
        do {
            var reader = JSONReader(bytes)
            let kind = try reader.peekKind()
            guard kind == .object else {
                try reader.skipValue()
                try reader.finish()
                throw JSONBody.notAnObject(kind)
            }
            try reader.readObject { reader, name throws(JSONError) in
                guard name == "jobs" else {
                    problems.append(FieldProblem(.root.appending(name.text), "is not a member that a batch has"))
                    return
                }
                guard !hasJobs else { throw reader.failure("the name appears twice") }
                hasJobs = true
                let kind = try reader.peekKind()
                let count = kind == .array ? try readMembers(bytes, &reader) : nil
                if count.map((1...Self.limit).contains) == true { return }
                let found = count.map { "has \($0)" } ?? "is \(kind)"
                problems.append(FieldProblem(Self.pointer, "\(Self.rule), and \(found)"))
            }
            try reader.finish()
        } catch let error as JSONError {
            throw JSONBody.notJSON(error)
        }
        if !hasJobs { problems.append(FieldProblem(Self.pointer, "is missing; it \(Self.rule)")) }
        guard problems.isEmpty else {
            throw Problem(.unprocessableContent, "Members of the batch are missing or wrong.", errors: problems)
        }
    }

    private static let pointer = JSONPointer.root.appending("jobs")
    private static let rule = "must be an array of 1 to \(limit) jobs"

    /// Reads the list; answers how long it is.
    private mutating func readMembers(_ bytes: [UInt8], _ reader: inout JSONReader) throws(JSONError) -> Int {
        var count = 0
        try reader.readArray { reader throws(JSONError) in
            count += 1
            let start = reader.offset
            let keys = try Self.keys(&reader)
            guard count <= Self.limit else { return }
            members.append(bytes[start..<reader.offset])
            self.keys.append(keys)
        }
        return count
    }

    /// Reads over a member; answers the keys that it names.
    private static func keys(_ reader: inout JSONReader) throws(JSONError) -> Set<String> {
        var keys: Set<String> = []
        guard try reader.peekKind() == .object else {
            try reader.skipValue()
            return keys
        }
        try reader.readObject { reader, name throws(JSONError) in
            guard name == "idempotencyKey" || name == "orderingKey", try reader.peekKind() == .string else { return }
            keys.insert("\(name)=\(try reader.readString())")
        }
        return keys
    }

    /// The members in sequences, by their places in the batch: those of different ones have no key in common.
    var sequences: [[Int]] {
        var sequences: [[Int]] = []
        var places: [String: Int] = [:]
        for (index, keys) in keys.enumerated() {
            let shared = Set(keys.compactMap { places[$0] })
            guard let target = shared.min() else {
                for key in keys { places[key] = sequences.count }
                sequences.append([index])
                continue
            }
            sequences[target].append(index)
            for other in shared where other != target {
                sequences[target] += sequences[other]
                sequences[other] = []
            }
            for (key, place) in places where shared.contains(place) { places[key] = target }
            for key in keys { places[key] = target }
        }
        return sequences.filter { !$0.isEmpty }.map { $0.sorted() }
    }
}
