import JobsysJSON

/// What became of one line.
struct LineOutcome: Sendable, Hashable {
    enum Outcome: Sendable, Hashable {
        /// There is a new job.
        case submitted(JSONValue)
        /// An earlier submission of the same line made this job.
        case repeated(JSONValue)
        /// There is none, and why.
        case failed(String)
    }

    let number: Int
    let outcome: Outcome

    init(_ number: Int, _ outcome: Outcome) {
        self.number = number
        self.outcome = outcome
    }

    /// Whether there is no job.
    var isFailure: Bool {
        if case .failed = outcome { true } else { false }
    }

    /// What is told of it.
    var document: JSONValue {
        var document: JSONObject = ["line": .int(number)]
        switch outcome {
        case .submitted(let job): add(job, "submitted")
        case .repeated(let job): add(job, "repeated")
        case .failed(let reason):
            document["outcome"] = "failed"
            document["reason"] = .string(reason.split(separator: "\n").map { $0.trimmed }.joined(separator: "; "))
        }
        return .object(document)

        func add(_ job: JSONValue, _ outcome: String) {
            document["outcome"] = .string(outcome)
            for key in ["jobId", "type", "status"] { document[key] = job[key] }
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring { drop { $0 == " " } }
}

/// What became of many lines.
struct BulkSubmissionResult: CustomStringConvertible {
    private(set) var submitted = 0
    private(set) var repeated = 0
    private(set) var failed = 0
    /// The line up to which every one was decided.
    private(set) var lastLine = 0
    /// What ended it before all was done.
    var failure: (any Error)?
    private var gap = Int.max

    /// How many lines were decided.
    var total: Int { submitted + repeated + failed }

    /// Notes the first line of some that was not decided; before those after it are counted.
    mutating func note(gapAt line: Int?) {
        gap = min(gap, line ?? .max)
    }

    /// Counts a line.
    mutating func count(_ line: LineOutcome) {
        if line.number < gap { lastLine = max(lastLine, line.number) }
        switch line.outcome {
        case .submitted: submitted += 1
        case .repeated: repeated += 1
        case .failed: failed += 1
        }
    }

    /// The numbers, for a reader.
    var description: String {
        let end =
            switch failure {
            case nil: ""
            case is CancellationError: "; interrupted after line \(lastLine)"
            default: "; ended early after line \(lastLine)"
            }
        return "\(submitted) submitted, \(repeated) were there already, \(failed) failed\(end)"
    }
}
