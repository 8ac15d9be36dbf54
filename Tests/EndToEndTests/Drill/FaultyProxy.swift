import HTTPTypes
import JobsysAWS
import JobsysAWSTestKit
import JobsysHTTP
import JobsysJSON
import Synchronization

/// Stands between the services and the emulator, and does to their calls what a bad day does.
final class FaultyProxy: Sendable {
    private struct State {
        var calls = 0
        /// How many calls came through while there were faults; nil while there are none.
        var stormyCalls: Int?
        var counts: [Fault: Int] = [:]
        var mishaps: [String] = []
    }

    private let plane: DataPlane
    private let authority: String
    private let plan: FaultPlan
    private let refusals: LetterRefusals
    private let state = Mutex(State())

    /// Makes a proxy, without faults at first; but letters are refused from the beginning.
    init(to emulator: Emulator, of plane: DataPlane, plan: FaultPlan, refusals: LetterRefusals) {
        self.plane = plane
        self.plan = plan
        self.refusals = refusals
        authority = String(emulator.endpoint.dropFirst("http://".count))
    }

    /// How many calls came through.
    var calls: Int { state.withLock(\.calls) }

    /// How many faults of each kind there were.
    var counts: [Fault: Int] { state.withLock(\.counts) }

    /// Calls that the emulator did not answer, which is no fault of the plan's.
    var mishaps: [String] { state.withLock(\.mishaps) }

    /// Begins with the faults.
    func rage() {
        state.withLock { $0.stormyCalls = 0 }
    }

    /// Ends the faults.
    func calm() {
        state.withLock { $0.stormyCalls = nil }
    }

    /// Deals with one call.
    func handle(_ request: ReceivedRequest) async -> Script {
        let target = HTTPField.Name("X-Amz-Target").flatMap { request.headers[$0] } ?? ""
        let operation = String(target.split(separator: ".").last ?? "")
        let number = state.withLock { state in
            state.calls += 1
            state.stormyCalls? += 1
            return state.stormyCalls
        }
        guard let number, let drawn = plan.fault(for: operation, number: number) else {
            return await answer(request, operation)
        }
        let fault = drawn.fault
        state.withLock { $0.counts[fault, default: 0] += 1 }
        return await answer(request, operation, after: fault, drawn.delay, target: target)
    }

    private func answer(
        _ request: ReceivedRequest,
        _ operation: String,
        after fault: Fault,
        _ delay: Duration,
        target: String
    ) async -> Script {
        switch fault {
        case .latency:
            return .delayed(delay, await answer(request, operation))
        case .serverError:
            return .serverError
        case .lostAnswer:
            _ = await answer(request, operation)
            return .serverError
        case .throttle:
            return .throttle(target)
        case .resetBefore:
            return .reset
        case .resetAfter:
            _ = await answer(request, operation)
            return .reset
        case .duplicateSend:
            _ = await answer(request, operation)
            return await answer(request, operation)
        case .forgottenDelete:
            return .deleted(request)
        case .redelivery:
            return await showToOthers(await answer(request, operation), of: request)
        }
    }

    /// What the dependency answers; a dead-letter queue may refuse letters.
    private func answer(_ request: ReceivedRequest, _ operation: String) async -> Script {
        guard let rest = refusals.remainder(of: request, operation) else { return await forward(request) }
        guard let body = rest.body else {
            guard !rest.failures.isEmpty else { return .refusal }
            return .respond(
                text: JSONValue.object(["Successful": [], "Failed": .array(rest.failures)]).serializedString
            )
        }
        var request = request
        request.body = body
        return LetterRefusals.merge(rest.failures, into: await forward(request))
    }

    private func forward(_ request: ReceivedRequest) async -> Script {
        var headers = request.headers
        for name in Self.hopByHop { headers[name] = nil }
        let call = HTTPRequest(
            method: HTTPRequest.Method(request.method) ?? .post,
            scheme: "http",
            authority: authority,
            path: request.path,
            headerFields: headers
        )
        do {
            let response = try await WebClient.transport.send(
                call,
                body: request.body,
                timeouts: .init(request: .seconds(60))
            )
            var answer = response.head.headerFields
            for name in Self.hopByHop { answer[name] = nil }
            return .respond(status: response.status, headers: answer, body: response.body)
        } catch {
            state.withLock { $0.mishaps.append("\(error)") }
            return .reset
        }
    }

    /// What each connection says for itself.
    private static let hopByHop = ["Host", "Content-Length", "Connection", "Expect", "Transfer-Encoding"]
        .compactMap { HTTPField.Name($0) }

    private func showToOthers(_ answer: Script, of request: ReceivedRequest) async -> Script {
        guard case .respond(200, _, let body) = answer, let url = request.json?["QueueUrl"]?.stringValue else {
            return answer
        }
        for message in (try? JSONValue(parsing: body))?["Messages"]?.arrayValue ?? [] {
            guard let receipt = message["ReceiptHandle"]?.stringValue else { continue }
            let show = SQS.ChangeMessageVisibility(queueURL: url, receiptHandle: receipt, visibilityTimeout: .zero)
            // If the receiver was faster, there is nothing to show any more.
            _ = try? await plane.aws.client.perform(show)
        }
        return answer
    }
}

extension ReceivedRequest {
    fileprivate var json: JSONValue? { try? JSONValue(parsing: body) }
}

extension Script {
    fileprivate static let serverError = respond(500, text: #"{"__type":"InternalServerError","message":"drill"}"#)

    /// Source: DynamoDB Developer Guide, "Error handling"; SQS API Reference, "Common error types".
    fileprivate static func throttle(_ target: String) -> Script {
        let code =
            target.hasPrefix("DynamoDB")
            ? "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
            : "com.amazonaws.sqs#RequestThrottled"
        return respond(400, text: #"{"__type":"\#(code)","message":"drill"}"#)
    }

    fileprivate static let refusal = respond(
        400,
        text: #"{"__type":"com.amazonaws.sqs#\#(LetterRefusals.code)","message":"drill"}"#
    )

    /// The answer to a delete, single or batch, that went well.
    fileprivate static func deleted(_ request: ReceivedRequest) -> Script {
        guard let entries = request.json?["Entries"]?.arrayValue else { return respond(text: "{}") }
        let done = entries.compactMap { $0["Id"] }.map { JSONValue.object(["Id": $0]) }
        return respond(text: JSONValue.object(["Successful": .array(done), "Failed": []]).serializedString)
    }
}
