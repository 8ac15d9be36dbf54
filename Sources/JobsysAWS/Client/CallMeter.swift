public import JobsysJSON
public import JobsysObservability
import Synchronization

/// Counts what AWS bills: requests by operation, and the capacity units that DynamoDB says they consumed.
///
/// ```json
/// {"calls": [{"service": "dynamodb", "operation": "PutItem", "calls": 9, "requests": 10, "capacityUnits": 18,
///             "errors": {"ConditionalCheckFailedException": 1},
///             "tags": {"thumbnails": {"calls": 4, "requests": 4, "capacityUnits": 8}}}]}
/// ```
///
/// A request that was repeated is one call and several requests, and AWS bills each. Of a condition that failed DynamoDB
/// bills the units too, but does not say how many: `errors` tells how often that was. Calls without a `CostTag`, such as
/// those that several share, are in the operation's count only.
public final class CallMeter: AWSCallObserver {
    /// What was billed.
    public struct Bill: Sendable, Hashable {
        /// Calls, successful or not.
        public var calls = 0
        /// Requests that were sent, repetitions too.
        public var requests = 0
        /// Capacity units, of reads or of writes, whichever the operation is.
        public var capacityUnits = 0.0
    }

    /// What was counted of one operation.
    public struct Tally: Sendable, Hashable {
        /// All of its calls.
        public var total = Bill()
        /// Calls that ended with an error, by its code.
        public var errors: [String: Int] = [:]
        /// The calls that had a tag, by that.
        public var tags = BoundedTallies(Bill())
    }

    /// A service's operation.
    public struct Operation: Sendable, Hashable {
        /// The service's endpoint prefix, such as `dynamodb`.
        public var service: String
        /// The operation's name, such as `PutItem`.
        public var name: String

        /// Names an operation.
        public init(service: String, name: String) {
            self.service = service
            self.name = name
        }
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

    /// What was counted so far, in the order of the operations' names.
    package var sortedTallies: [(key: Operation, value: Tally)] {
        tallies.sorted { ($0.key.service, $0.key.name) < ($1.key.service, $1.key.name) }
    }

    /// Writes what was counted so far, as an object; the operations in the order of their names.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.array("calls") { writer in
                for (operation, tally) in sortedTallies {
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
        total.add(record)
        if let code = record.errorCode { errors[code, default: 0] += 1 }
        if let tag = record.tag { tags.update(tag) { $0.add(record) } }
    }

    fileprivate func encodeMembers(to writer: inout JSONWriter) {
        total.encodeMembers(to: &writer)
        writer.object("errors") { writer in
            for (code, count) in errors.sorted(by: { $0.key < $1.key }) { writer.member(code, count) }
        }
        writer.object("tags") { writer in
            for (tag, bill) in tags.sorted { writer.object(tag) { bill.encodeMembers(to: &$0) } }
        }
    }
}

extension CallMeter.Bill {
    fileprivate mutating func add(_ record: AWSCallRecord) {
        calls += 1
        requests += record.attempts
        capacityUnits += record.consumedCapacity ?? 0
    }

    fileprivate func encodeMembers(to writer: inout JSONWriter) {
        writer.member("calls", calls)
        writer.member("requests", requests)
        writer.key("capacityUnits")
        writer.double(capacityUnits)
    }
}
