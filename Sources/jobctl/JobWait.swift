import ArgumentParser
import JobsysClient
import JobsysJSON
import JobsysTime

/// Whether and how long to wait for a job to be over.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait for the job to be over, and fail unless it succeeds.")
    var wait = false

    @Option(help: "With --wait: how many seconds to wait at most. The job goes on without.")
    var waitSeconds = 3600

    func validate() throws {
        guard (1...31_536_000).contains(waitSeconds) else {
            throw ValidationError("--wait-seconds must be from 1 to 31536000.")
        }
    }
}

/// Follows a job until it is over or the time is up, also over times when the service does not answer.
struct JobWait {
    /// The job.
    let id: String
    /// How long to wait.
    let limit: Duration
    /// The service.
    let client: APIClient
    /// The job as it was last seen.
    private(set) var job: JSONValue?

    init(_ id: String, for limit: Duration, _ client: APIClient, lastSeen job: JSONValue? = nil) {
        self.id = id
        self.limit = limit
        self.client = client
        self.job = job
    }

    /// Waits; answers whether the job is over.
    ///
    /// - Throws: ``APIFailure`` if the service refuses, or does not answer at the end of the time; `CancellationError`.
    mutating func run() async throws -> Bool {
        let elapsed = stopwatch(client.clock)
        while true {
            let left = limit - elapsed()
            guard left > .zero else { return false }
            let begin = elapsed()
            let seconds = min(Int64(APIClient.longestWait), max(1, left.components.seconds))
            let query: [(String, String?)] = [("wait", "\(seconds)")]
            let job = try await client.get(["jobs", id], query: query, patience: left)
            self.job = job
            if ["SUCCEEDED", "FAILED_FINAL", "CANCELLED"].contains(job["status"]?.stringValue) { return true }
            // A service that is about to stop does not hold its answers back.
            let pause = .seconds(1) - (elapsed() - begin)
            if pause > .zero { try await client.clock.sleep(for: pause) }
        }
    }

    /// Waits, and writes the job as it was last seen, whatever ends the wait.
    ///
    /// - Parameters:
    ///   - printer: Writes the job.
    ///   - resume: The command that goes on, for whoever waited in vain.
    /// - Throws: An `ExitCode` unless the job has succeeded; what ``run()`` throws.
    mutating func report(_ printer: Printer, resume: String) async throws {
        let isOver: Bool
        do {
            isOver = try await run()
        } catch {
            if let job { try printer.single(job) }
            let isRefused = (error as? APIFailure)?.exitCode == .failure
            if !isRefused { StandardError.write("jobctl: the job goes on without; to wait for it again: \(resume)") }
            throw error
        }
        if let job { try printer.single(job) }
        guard isOver else {
            let status = job?["status"]?.stringValue ?? ""
            StandardError.write(
                "jobctl: the job is \(status) after \(limit.components.seconds) s; to wait for it again: \(resume)"
            )
            throw ExitCode.notOver
        }
        guard job?["status"] == "SUCCEEDED" else { throw ExitCode.failure }
    }
}
