import HTTPTypes
import JobsysJSON
import Synchronization

/// A good client: it asks with an idempotency key, and asks again until it has an answer.
final class DrillClient: Sendable {
    private struct State {
        var tickets: [Int: String] = [:]
        var requests = 0
        var refusals: [String] = []
    }

    private let fleet: Fleet
    private let keys: DrillKeys
    private let state = Mutex(State())

    /// Makes a client that shows for each order the key of its tenant.
    init(_ fleet: Fleet, _ keys: DrillKeys) {
        self.fleet = fleet
        self.keys = keys
    }

    /// Which job each order became.
    var tickets: [Int: String] { state.withLock(\.tickets) }

    /// How many requests were made.
    var requests: Int { state.withLock(\.requests) }

    /// Answers that no good client should get.
    var refusals: [String] { state.withLock(\.refusals) }

    /// Submits a job, and does so again for one that is to be repeated.
    func submit(_ order: JobOrder) async throws {
        try await ask(order)
        if order.isRepeated { try await ask(order) }
    }

    private func ask(_ order: JobOrder) async throws {
        while true {
            let clients = await fleet.clients
            state.withLock { $0.requests += 1 }
            // A connection that breaks says as little as a 503: both are asked again.
            if let client = clients.randomElement(),
                let answer = try? await client.submit(order, keys.headers(of: order.tenant)),
                note(answer, for: order)
            {
                return
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Notes an answer; false if the client must ask again.
    private func note(_ answer: Answer, for order: JobOrder) -> Bool {
        switch answer.status {
        case 200, 202:
            let id = (try? answer.json)?["jobId"]?.stringValue
            state.withLock { state in
                if id == nil || state.tickets[order.number, default: id ?? ""] != id {
                    state.refusals.append("\(order.idempotencyKey): another ticket than before: \(answer)")
                }
                state.tickets[order.number] = id
            }
            return true
        case 429, 500...:
            return false
        default:
            state.withLock { $0.refusals.append("\(order.idempotencyKey): \(answer)") }
            return true
        }
    }
}

extension APIClient {
    func submit(_ order: JobOrder, _ headers: HTTPFields = [:]) async throws -> Answer {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.idempotencyKey] = order.idempotencyKey
        return try await send(
            .post,
            "/jobs",
            headers: headers,
            body: order.document.serializedString,
            within: .seconds(15)
        )
    }
}
