import JobsysClient
import JobsysJSON

/// Redrives the jobs of all open incidents, one after the other.
struct BulkRedrive<C: Clock<Duration>>: Sendable {
    /// The service.
    let client: APIClient
    /// Whether nothing is done but told.
    let isDryRun: Bool
    /// How many jobs are redriven in a second, at most.
    let rate: Int
    /// Measures the rate.
    let clock: C

    /// Redrives the jobs of the incidents that a query selects.
    ///
    /// A job that was redriven meanwhile, or is gone, is skipped; one that the service could not redrive has failed.
    ///
    /// - Parameters:
    ///   - query: The filters of the incidents.
    ///   - report: Is told what became of each.
    /// - Returns: How many became what, and what ended it before all was done: cancellation, a list that cannot be
    ///   read, what `report` throws.
    func run(query: [(String, String?)], report: (JSONValue) throws -> Void) async -> BulkResult {
        var result = BulkResult()
        var next = clock.now
        do {
            try await client.walk("incidents", query: query) { incident, rest in
                result.rest = ListRest(known: rest.known + 1, mayHaveMore: rest.mayHaveMore)
                if !isDryRun, incident["jobId"] != nil {
                    try await clock.sleep(until: next, tolerance: nil)
                    next = clock.now.advanced(by: .seconds(1) / rate)
                }
                let outcome = try await redrive(incident, patience: result.failuresInARow == 0 ? nil : .zero)
                result.count(outcome)
                result.rest = rest
                try report(outcome.document(of: incident))
                try Task.checkCancellation()
                return !result.gaveUp
            }
            if !result.gaveUp { result.rest = ListRest(known: 0, mayHaveMore: false) }
        } catch {
            result.failure = error
        }
        return result
    }

    /// Redrives the job of an incident.
    ///
    /// `patience` is how long to repeat that. There is none where the job before has failed after its time: the service
    /// is away, and ten such jobs would take ten times as long.
    private func redrive(_ incident: JSONValue, patience: Duration?) async throws -> BulkOutcome {
        guard let id = incident["jobId"]?.stringValue else { return .skipped("it belongs to no job") }
        guard !isDryRun else { return .wouldRedrive }
        do {
            _ = try await client.post(["jobs", id, "redrive"], patience: patience)
            return .redriven
        } catch let failure as APIFailure where failure.isAboutTheJob {
            if failure.mayHaveBeenDone, try await isRedriven(id, since: incident) { return .redriven }
            return .skipped("\(failure)")
        } catch let failure as APIFailure {
            return .failed("\(failure)")
        }
    }

    /// Whether the answer that was lost was a yes: the job's generation is higher than the incident's.
    private func isRedriven(_ id: String, since incident: JSONValue) async throws -> Bool {
        do {
            let job = try await client.get(["jobs", id])
            return (job["generation"]?.intValue ?? 0) > (incident["generation"]?.intValue ?? 0)
        } catch is APIFailure {
            // The job may be gone: then the refusal says so.
            return false
        }
    }
}

/// What became of many incidents.
struct BulkResult: CustomStringConvertible {
    var redriven = 0
    var wouldRedrive = 0
    var skipped = 0
    var failed = 0
    /// How many were the last ones and failed.
    private(set) var failuresInARow = 0
    /// What was not looked at; nil if nobody knows.
    var rest: ListRest?
    /// What ended it before all was done.
    var failure: (any Error)?

    /// How many jobs in a row may fail before the rest is left alone.
    static let patience = 10

    /// Whether too many failed in a row.
    var gaveUp: Bool { failuresInARow == Self.patience }

    /// Counts an outcome.
    mutating func count(_ outcome: BulkOutcome) {
        switch outcome {
        case .redriven: redriven += 1
        case .wouldRedrive: wouldRedrive += 1
        case .skipped: skipped += 1
        case .failed: failed += 1
        }
        if case .failed = outcome { failuresInARow += 1 } else { failuresInARow = 0 }
    }

    /// The numbers, for a reader.
    var description: String {
        let done = wouldRedrive > 0 ? "\(wouldRedrive) would be redriven" : "\(redriven) redriven"
        let end =
            if gaveUp {
                "; gave up after \(Self.patience) failures in a row"
            } else if failure is CancellationError {
                "; interrupted"
            } else {
                failure == nil ? "" : "; ended early"
            }
        let left =
            if let rest { rest.isEmpty ? "" : "; \(rest) left" } else { "; the rest is left" }
        return "\(done), \(skipped) skipped, \(failed) failed\(end)\(left)"
    }
}

/// What became of one incident.
enum BulkOutcome: Sendable, Hashable {
    /// Its job was started anew.
    case redriven
    /// Its job would have been started anew.
    case wouldRedrive
    /// There is nothing to be done.
    case skipped(String)
    /// The service could not do it.
    case failed(String)

    /// What is told of it.
    func document(of incident: JSONValue) -> JSONValue {
        var document: JSONObject = [:]
        for key in ["jobId", "messageId", "generation", "type"] { document[key] = incident[key] }
        document["class"] = incident["error"]?["class"]
        switch self {
        case .redriven: document["outcome"] = "redriven"
        case .wouldRedrive: document["outcome"] = "would redrive"
        case .skipped(let reason):
            document["outcome"] = "skipped"
            document["reason"] = .string(reason)
        case .failed(let reason):
            document["outcome"] = "failed"
            document["reason"] = .string(reason)
        }
        return .object(document)
    }
}
