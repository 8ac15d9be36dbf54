import JobsysAWSTestKit
import JobsysJSON
import Synchronization

/// A table that a ``ScriptedServer`` can serve: it puts items that are not there, and transactions once.
///
/// What becomes of each answer is the test's to say, after the request was applied.
final class ScriptedTable: Sendable {
    private struct State {
        var items: [String: String] = [:]
        var tokens: [String] = []
        var transactions = 0
        var faults: ArraySlice<Script?>
    }

    private let state: Mutex<State>

    /// Makes an empty table; each fault replaces an answer, nil leaves it as it is.
    init(faults: [Script?]) {
        state = Mutex(State(faults: faults[...]))
    }

    /// The tokens of all transactions that were asked for.
    var tokens: [String] { state.withLock { $0.tokens } }

    /// How many transactions took place.
    var transactions: Int { state.withLock { $0.transactions } }

    /// Puts an item, as somebody else would.
    func put(_ item: String, at key: String) {
        state.withLock { $0.items[key] = item }
    }

    /// Applies a request, and answers it or loses the answer.
    func serve(_ request: ReceivedRequest) -> Script {
        guard let body = try? JSONValue(parsing: request.body) else { return .error(400, "SerializationException") }
        return state.withLock { state in
            let answer = body["TransactItems"] == nil ? put(body, &state) : transact(body, &state)
            return (state.faults.popFirst() ?? nil) ?? answer
        }
    }

    private func put(_ body: JSONValue, _ state: inout State) -> Script {
        guard let item = body["Item"], let key = item["PK"]?["S"]?.stringValue else {
            return .error(400, "ValidationException")
        }
        if let existing = state.items[key] {
            return .error(400, "ConditionalCheckFailedException", members: #","Item":\#(existing)"#)
        }
        state.items[key] = item.serializedString
        return .json("{}")
    }

    private func transact(_ body: JSONValue, _ state: inout State) -> Script {
        let token = body["ClientRequestToken"]?.stringValue ?? ""
        if !state.tokens.contains(token) { state.transactions += 1 }
        state.tokens.append(token)
        return .json("{}")
    }
}
