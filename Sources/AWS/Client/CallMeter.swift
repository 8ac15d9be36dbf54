public import JSON
import Synchronization

/// Counts what AWS bills: requests by operation, and the capacity units that DynamoDB says they consumed.
///
/// ```json
/// {"calls": [{"service": "dynamodb", "operation": "PutItem", "calls": 9, "requests": 10, "capacityUnits": 18,
///             "errors": {"ConditionalCheckFailedException": 1}}]}
/// ```
///
/// A request that was repeated is one call and several requests, and AWS bills each. Of a condition that failed DynamoDB
/// bills the units too, but does not say how many: `errors` tells how often that was.
public final class CallMeter: AWSCallObserver {
    /// What was counted of one operation.
    public struct Tally: Sendable, Hashable {
        /// Calls, successful or not.
        public var calls = 0
        /// Requests that were sent, repetitions too.
        public var requests = 0
        /// Capacity units, of reads or of writes, whichever the operation is.
        public var capacityUnits = 0.0
        /// Calls that ended with an error, by its code.
        public var errors: [String: Int] = [:]
    }

    /// A service's operation.
    public struct Operation: Sendable, Hashable {
        /// The service's endpoint prefix, such as `dynamodb`.
        public var service: String
        /// The operation's name, such as `PutItem`.
        public var name: String
    }

    private let state = Mutex<[Operation: Tally]>([:])

    /// Creates a meter that has counted nothing.
    public init() {}

    /// DynamoDB is asked.
    public var wantsConsumedCapacity: Bool { true }

    /// What was counted so far.
    public var tallies: [Operation: Tally] { state.withLock { $0 } }

    /// Counts a call.
    public func callEnded(_ record: AWSCallRecord) {
        state.withLock { tallies in
            tallies[Operation(service: record.service, name: record.operation), default: Tally()].add(record)
        }
    }

    /// Writes what was counted so far, as an object; the operations in the order of their names.
    public func encode(to writer: inout JSONWriter) {
        let tallies = tallies.sorted { ($0.key.service, $0.key.name) < ($1.key.service, $1.key.name) }
        writer.object { writer in
            writer.array("calls") { writer in
                for (operation, tally) in tallies {
                    writer.object { writer in
                        writer.member("service", operation.service)
                        writer.member("operation", operation.name)
                        tally.encodeMembers(to: &writer)
                    }
                }
            }
        }
    }
}

extension CallMeter.Tally {
    fileprivate mutating func add(_ record: AWSCallRecord) {
        calls += 1
        requests += record.attempts
        capacityUnits += record.consumedCapacity ?? 0
        if let code = record.errorCode { errors[code, default: 0] += 1 }
    }

    fileprivate func encodeMembers(to writer: inout JSONWriter) {
        writer.member("calls", calls)
        writer.member("requests", requests)
        writer.key("capacityUnits")
        writer.double(capacityUnits)
        writer.object("errors") { writer in
            for (code, count) in errors.sorted(by: { $0.key < $1.key }) { writer.member(code, count) }
        }
    }
}
