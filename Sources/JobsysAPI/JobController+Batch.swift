import HTTPTypes
import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysTime
import Logging

extension JobController {
    /// How many jobs of a batch are submitted at a time: enough to fill the queue's batches of ten, and few enough that one
    /// batch leaves room for other requests.
    static let batchWidth = 16
    /// How long jobs of a batch are begun; those that are left are answered with 503, so that an outage, in which each takes
    /// its time to fail, does not hold the answer back for longer than clients wait.
    static let batchTime = Duration.seconds(10)

    /// Answers what became of each job of a batch, in their order; each is as a request of its own.
    ///
    /// Those that share an idempotency key or an ordering key are submitted one after the other.
    @Sendable func submitBatch(_ request: Request, context: APIRequestContext) async throws -> Response {
        let batch = try await BatchRequest(request, body: bodyReader)
        // One was counted before the body was read.
        if let limiter { RequestNotes.current?.add(limiter.charge(context.principal, batch.members.count - 1)) }
        let trace = request.headers.trace
        let elapsed = stopwatch(clock)
        let results = await batch.sequences.concurrentMap(limit: Self.batchWidth) { places in
            await submit(places, of: batch, by: context.principal, trace: trace) { elapsed() < Self.batchTime }
        }
        let inOrder = zip(batch.sequences.joined(), results.joined()).sorted { $0.0 < $1.0 }.map(\.1)
        note(inOrder)
        return response(inOrder)
    }

    /// Submits some jobs of a batch, one after the other.
    private func submit(
        _ places: [Int],
        of batch: BatchRequest,
        by principal: Principal,
        trace: TraceContext?,
        while hasTime: @Sendable () -> Bool
    ) async -> [BatchResult] {
        var results: [BatchResult] = []
        var made: Set<JobID> = []
        var brokenOrders: Set<String> = []
        for place in places {
            var orderingKey: String?
            do {
                let submission = try BatchMember(batch.members[place], limit: bodyReader.documentLimit, at: now)
                    .submission
                orderingKey = submission.orderingKey
                guard hasTime() else { throw Problem.batchOutOfTime }
                if let orderingKey, brokenOrders.contains(orderingKey) { throw Problem.earlierJobMissing }
                var (status, answer) = try await ticket(for: submission, by: principal, trace: trace ?? makeTrace())
                // Two submissions of the same instant and trace cannot be told apart by the record.
                if !made.insert(answer.job.id).inserted { status = .ok }
                results.append(.ticket(status, answer))
            } catch {
                let problem = Problem(error)
                // It will be submitted again, and must come before those that follow it.
                if let orderingKey, problem.isForNow { brokenOrders.insert(orderingKey) }
                results.append(.problem(problem))
            }
        }
        return results
    }

    /// Has the request's line tell what became of the jobs, and why, if something that all depend on has failed.
    private func note(_ results: [BatchResult]) {
        func count(_ isCounted: (Int) -> Bool) -> Int { results.count { isCounted($0.status.code) } }
        RequestNotes.current?
            .add([
                "batch.new": "\(count { $0 == 202 })",
                "batch.repeated": "\(count { $0 == 200 })",
                "batch.refused": "\(count { 400..<500 ~= $0 })",
                "batch.failed": "\(count { $0 >= 500 })",
            ])
        let failures = results.compactMap(\.failure)
        if let worst = failures.first(where: { $0.cause != nil }) ?? failures.first { RequestNotes.current?.add(worst) }
    }

    private func response(_ results: [BatchResult]) -> Response {
        let requestID = RequestNotes.current?.requestID ?? RequestID([:]) { "" }
        var writer = JSONWriter(capacity: 512 * results.count)
        writer.object { writer in
            writer.array("results") { writer in
                for result in results { result.encode(to: &writer, requestID) }
            }
        }
        return Response(json: writer.bytes, status: .ok, headers: [.cacheControl: "no-store"])
    }
}

/// What became of one job of a batch.
private enum BatchResult: Sendable {
    /// It is there: made now, or by an earlier submission.
    case ticket(HTTPResponse.Status, JobRepresentation)
    /// What a request of its own would have been answered with.
    case problem(Problem)

    var status: HTTPResponse.Status {
        switch self {
        case .ticket(let status, _): status
        case .problem(let problem): problem.status
        }
    }

    /// The problem, if it is none of the job's own.
    var failure: Problem? {
        if case .problem(let problem) = self, problem.status.kind == .serverError { problem } else { nil }
    }

    func encode(to writer: inout JSONWriter, _ requestID: RequestID) {
        writer.object { writer in
            writer.member("status", status.code)
            switch self {
            case .ticket(_, let answer):
                writer.key("job")
                answer.encode(to: &writer, withResult: false)
            case .problem(let problem):
                writer.member("retryAfter", ifPresent: problem.headers[.retryAfter].flatMap(Int.init))
                writer.key("problem")
                problem.encode(to: &writer, requestID)
            }
        }
    }
}

/// One job of a batch, checked: the body of a submission and a member `idempotencyKey`.
private struct BatchMember {
    let submission: Submission

    /// Reads it.
    ///
    /// - Throws: ``Problem`` with 400, 413 or 422.
    init(_ bytes: ArraySlice<UInt8>, limit: Int, at now: () -> Timestamp) throws {
        let document = try JSONBody.object(Array(bytes), limit: limit, name: "job")
        guard var members = document.objectValue else { throw JSONBody.notAnObject(document.kind, "job") }
        let key = members["idempotencyKey"]
        members["idempotencyKey"] = nil
        var problems: [FieldProblem] = []
        if let key, key.stringValue.map(SubmissionRequest.isIdempotencyKey) != true {
            let rule = "must be a string of \(SubmissionRequest.idempotencyKeyRule)"
            problems.append(FieldProblem(.root.appending("idempotencyKey"), rule))
        }
        do {
            submission = try Submission(document: .object(members), idempotencyKey: key?.stringValue, at: now())
        } catch .invalid(let others) {
            throw Problem(SubmissionError.invalid(problems + others))
        } catch {
            throw Problem(problems.isEmpty ? error : .invalid(problems))
        }
        guard problems.isEmpty else { throw Problem(SubmissionError.invalid(problems)) }
    }
}

extension Problem {
    /// Whether the same submission may be accepted later.
    fileprivate var isForNow: Bool { status == .serviceUnavailable || status == .tooManyRequests }

    /// The job was not begun.
    fileprivate static let batchOutOfTime = Problem(
        .serviceUnavailable,
        "The jobs of the batch before this one took too long, and it was left alone: submit it again.",
        headers: [.retryAfter: "1"]
    )

    /// An earlier job of the batch must be submitted again, and comes first.
    fileprivate static let earlierJobMissing = Problem(
        .serviceUnavailable,
        "An earlier job of the same ordering key could not be submitted, and this one must follow it: submit both again.",
        headers: [.retryAfter: "1"]
    )
}
