import HTTPTypes
import JobsysHTTP
import JobsysJSON
import Synchronization

/// As much of SQS and DynamoDB as jobs that go well need.
///
/// It holds its answers to messages sent, or deleted, back until as many such calls are under way as there can be: then
/// how many calls are made does not depend on how fast they are answered.
final class HeldAWS: HTTPTransport {
    private struct State {
        var items: [JSONValue: JSONValue] = [:]
        var bodies: [String] = []
        var held: [CheckedContinuation<Void, Never>] = []
        var isOpen = false
    }

    private let state = Mutex(State())
    private let callsToHold: Int

    /// Makes one that lets go once it holds so many calls.
    init(holding callsToHold: Int) {
        self.callsToHold = callsToHold
    }

    /// Holds the calls that come from now on.
    func close() {
        state.withLock { $0.isOpen = false }
    }

    var direct: any HTTPTransport { self }

    func send(
        _ request: HTTPRequest,
        body: [UInt8],
        timeouts: TransportTimeouts
    ) async throws(TransportError) -> TransportResponse {
        let operation = HTTPField.Name("X-Amz-Target").flatMap { request.headerFields[$0] }?.split(separator: ".").last
        guard let operation, let input = try? JSONValue(parsing: body), let answer = answer(operation, input) else {
            return TransportResponse(head: HTTPResponse(status: .badRequest))
        }
        if operation.hasPrefix("Send") || operation.hasPrefix("Delete") { await hold() }
        return TransportResponse(head: HTTPResponse(status: .ok), body: Array(answer.serializedString.utf8))
    }

    private func hold() async {
        await withCheckedContinuation { continuation in
            let released = state.withLock { state in
                state.held.append(continuation)
                if state.held.count == callsToHold { state.isOpen = true }
                guard state.isOpen else { return [CheckedContinuation<Void, Never>]() }
                defer { state.held = [] }
                return state.held
            }
            for continuation in released { continuation.resume() }
        }
    }

    private func answer(_ operation: Substring, _ input: JSONValue) -> JSONValue? {
        switch operation {
        case "PutItem":
            guard let item = input["Item"], let key = item["PK"] else { return nil }
            state.withLock { $0.items[key] = item }
            return [:]
        case "UpdateItem":
            guard input["ReturnValues"] == "ALL_NEW" else { return [:] }
            return claimed(input["Key"]?["PK"])
        case "SendMessage":
            return send([input])["Successful"]?[0]
        case "SendMessageBatch":
            return input["Entries"]?.arrayValue.map { send($0) }
        case "ReceiveMessage":
            return receive(input["MaxNumberOfMessages"]?.intValue ?? 1)
        case "DeleteMessageBatch":
            let ids = input["Entries"]?.arrayValue?.compactMap { $0["Id"] } ?? []
            return ["Successful": .array(ids.map { ["Id": $0] })]
        default:
            return nil
        }
    }

    private func claimed(_ key: JSONValue?) -> JSONValue? {
        guard let key, var item = state.withLock({ $0.items[key] })?.objectValue else { return nil }
        item["status"] = ["S": "RUNNING"]
        item["attempts"] = ["N": "1"]
        return ["Attributes": .object(item)]
    }

    private func send(_ messages: [JSONValue]) -> JSONValue {
        state.withLock { $0.bodies += messages.compactMap { $0["MessageBody"]?.stringValue } }
        return ["Successful": .array(messages.map { ["Id": $0["Id"] ?? "0", "MessageId": "message"] })]
    }

    private func receive(_ limit: Int) -> JSONValue {
        let bodies = state.withLock { state in
            defer { state.bodies.removeFirst(min(limit, state.bodies.count)) }
            return state.bodies.prefix(limit)
        }
        return [
            "Messages": .array(
                bodies.map { ["MessageId": "message", "ReceiptHandle": "receipt", "Body": .string($0)] }
            )
        ]
    }
}
