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
    /// A job that was redriven meanwhile, or is gone, is skipped; one for which the service has no answer has failed.
    ///
    /// - Parameters:
    ///   - query: The filters of the incidents.
    ///   - report: Is told what became of each.
    /// - Returns: How many became what.
    /// - Throws: ``APIFailure`` if the incidents cannot be listed.
    func run(query: [(String, String?)], report: (JSONValue) -> Void) async throws -> BulkTally {
        var tally = BulkTally()
        var failuresInARow = 0
        var next = clock.now
        try await client.walk("incidents", query: query) { incident in
            if !isDryRun, incident["jobId"] != nil {
                try await clock.sleep(until: next, tolerance: nil)
                next = clock.now.advanced(by: .seconds(1) / rate)
            }
            let outcome = await redrive(incident)
            tally.count(outcome)
            report(outcome.document(of: incident))
            failuresInARow = outcome.isFailure ? failuresInARow + 1 : 0
            tally.gaveUp = failuresInARow == BulkTally.patience
            return !tally.gaveUp
        }
        return tally
    }

    private func redrive(_ incident: JSONValue) async -> BulkOutcome {
        guard let id = incident["jobId"]?.stringValue else { return .skipped("it belongs to no job") }
        guard !isDryRun else { return .wouldRedrive }
        do {
            _ = try await client.post(["jobs", id, "redrive"])
            return .redriven
        } catch let failure as APIFailure where failure.isAboutTheJob {
            return .skipped("\(failure)")
        } catch {
            return .failed("\(error)")
        }
    }
}
