import JobsysJSON

/// The operations that jobsys uses, on tables and queues in memory; counts what it is asked and fails when it is told to.
///
/// It is told by operations of its own, with targets such as `Stub.Report`: `Report` answers what was counted since the
/// last `Reset`, and `Fault` has the next calls of an operation fail.
struct MemoryService: StubService {
    private var tables = Tables()
    private var queues = Queues()
    private var faults = FaultPlan()
    private var counts = CallCounts()
    private let signatures: SignatureCheck?

    /// Makes a service without tables and queues.
    init(verifiesSignatures: Bool) {
        signatures = verifiesSignatures ? SignatureCheck() : nil
    }

    mutating func reply(to request: StubRequest, from caller: Caller, at now: Instant) -> StubReply {
        guard let dot = request.target.lastIndex(of: ".") else { return .answer(.refusal(.unknownOperation)) }
        let operation = String(request.target[request.target.index(after: dot)...])
        do {
            if let signatures, !signatures.passes(request) { throw Refusal("InvalidSignatureException", "signed otherwise") }
            let input = try Input(request.body)
            if request.target.hasPrefix("Stub.") { return .answer(try control(operation, input)) }
            counts.noteCall(operation)
            let fault = faults.next(of: operation)
            if let response = fault?.response(isSQS: request.target.hasPrefix("AmazonSQS")) { return .answer(response) }
            let reply = try serve(request.target, operation, input, from: caller, at: now)
            return fault == .drop ? .hangUp : reply
        } catch let refusal as Refusal {
            if let units = refusal.units { counts.noteUnits(units, of: operation) }
            return .answer(.refusal(refusal))
        } catch {
            return .answer(.refusal(Refusal("SerializationException", "\(error)")))
        }
    }

    var nextDeadline: Instant? { queues.nextDeadline }

    mutating func readyAnswers(at now: Instant) -> [(caller: Caller, response: StubResponse)] {
        queues.readyAnswers(at: now)
    }

    mutating func forget(_ caller: Caller) {
        queues.forget(caller)
    }

    private mutating func serve(
        _ target: String,
        _ operation: String,
        _ input: Input,
        from caller: Caller,
        at now: Instant
    ) throws -> StubReply {
        if target.hasPrefix("AmazonSQS") {
            return try queues.serve(operation, input, from: caller, at: now)
        }
        guard target.hasPrefix("DynamoDB_20120810") else { throw Refusal.unknownOperation }
        let answer = try tables.serve(operation, input, at: now)
        counts.noteUnits(answer.units, of: operation)
        return .answer(answer.response(isMetered: input.json["ReturnConsumedCapacity"] != nil))
    }

    private mutating func control(_ operation: String, _ input: Input) throws -> StubResponse {
        switch operation {
        case "Fault":
            guard let fault = FaultPlan.Fault(rawValue: try input.string("kind")) else { throw Refusal.invalid("kind") }
            faults.add(fault, to: try input.string("operation"))
        case "Reset":
            counts = CallCounts()
            queues.resetCounts()
            tables.resetStarts()
        case "Report":
            return StubResponse(report)
        default:
            throw Refusal.unknownOperation
        }
        return StubResponse(JSONWriter.emptyObject)
    }

    private var report: JSONWriter {
        var writer = JSONWriter()
        writer.object { writer in
            writer.object("operations") { counts.write(to: &$0) }
            writer.member("sent", queues.sentCount)
            writer.member("deleted", queues.deletedCount)
            writer.array("startMicroseconds") { writer in
                for start in tables.starts { writer.int(start) }
            }
        }
        return writer
    }
}
