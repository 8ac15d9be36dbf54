import JobsysHashing
import JobsysJSON
import JobsysPropertyTestKit

/// A job that the drill submits, and what may become of it.
struct JobOrder: Sendable {
    /// How a job may end, whatever happens to the processes that run it.
    enum Expectation: Sendable {
        /// With this result, unless every attempt was lost.
        case success(JSONValue)
        /// With success after so many failed attempts, unless too many others were lost.
        case successAfter(failures: Int)
        /// Failed for good.
        case failure
        /// In either way.
        case either
        /// As the attempt that was its last one makes it.
        case script(HandlerScript)
    }

    let number: Int
    var type = "drill"
    var payload: JSONValue
    var maxAttempts: Int
    var expectation: Expectation
    var delaySeconds: Int?
    var orderingKey: String?
    /// Whether the client asks twice for the same.
    var isRepeated: Bool

    /// The client's key: nothing but its number, so that a repeat is one.
    var idempotencyKey: String { "drill-\(number)" }

    /// Whose job it is; those of an ordering key are all one tenant's.
    var tenant: String {
        let place = orderingKey.map { $0.utf8.reduce(0) { $0 + Int($1) } } ?? number
        return Self.tenants[place % Self.tenants.count]
    }

    /// All tenants of a drill.
    static let tenants = [operatorsTenant, "acme", "globex"]
    /// The tenant of what operators submit.
    static let operatorsTenant = "default"

    /// The body of its POST.
    var document: JSONValue {
        var document: JSONObject = [
            "type": .string(type), "payload": payload, "maxAttempts": .int(maxAttempts),
        ]
        document["delaySeconds"] = delaySeconds.map { .int($0) }
        document["orderingKey"] = orderingKey.map { .string($0) }
        return .object(document)
    }

    /// Draws a job: two thirds do well, the others fail in every way there is.
    ///
    /// - Parameters:
    ///   - number: Which job of the drill it is.
    ///   - keys: Over how many ordering keys those with one are spread.
    ///   - seed: What it is drawn from.
    ///   - features: What it may ask for.
    /// - Returns: The job.
    static func draw(_ number: Int, keys: Int, seed: UInt64, features: JobFeatures) -> JobOrder {
        var generator = SeededGenerator(seed: seed &+ 1, stream: UInt64(number + 1))
        var order = drawWork(number, &generator)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0 where features.delays: order.delaySeconds = Int.random(in: 1...5, using: &generator)
        case 1 where features.ordering: order.orderingKey = "key-\(Int.random(in: 0..<keys, using: &generator))"
        default: break
        }
        order.isRepeated = Int.random(in: 0..<5, using: &generator) == 0
        return order
    }

    private static func drawWork(_ number: Int, _ generator: inout SeededGenerator) -> JobOrder {
        switch Int.random(in: 0..<100, using: &generator) {
        case ..<60: transform(number, sleepMs: Int.random(in: 0...400, using: &generator))
        // Longer than a lease, so that it must be renewed.
        case ..<64: transform(number, sleepMs: Int.random(in: 6000...10000, using: &generator))
        case ..<74: failing(number, times: Int.random(in: 1...2, using: &generator))
        case ..<84: drill(number, ["class": "VALIDATION"], maxAttempts: 4, .failure)
        case ..<90: drill(number, ["class": "SYSTEM"], maxAttempts: Int.random(in: 1...3, using: &generator), .failure)
        case ..<96: drill(number, ["class": "NETWORK", "rate": 0.5], maxAttempts: 3, .either)
        case ..<97: drill(number, ["crash": true], maxAttempts: 2, .failure)
        default: drill(number, ["failTimes": -1], maxAttempts: 4, .failure)
        }
    }

    /// Draws a job whose start waits for nothing but its turn, its backoff or its delay.
    ///
    /// None has both an ordering key and a delay: a reconciler sends those, which looks every five seconds.
    ///
    /// - Parameters:
    ///   - number: Which job of the drill it is.
    ///   - orderingKey: Its key, if it has one.
    ///   - seed: What it is drawn from.
    ///   - features: What it may ask for.
    /// - Returns: The job.
    static func drawPrompt(
        _ number: Int,
        orderingKey: String?,
        seed: UInt64,
        features: JobFeatures
    ) -> JobOrder {
        var generator = SeededGenerator(seed: seed &+ 1, stream: UInt64(number + 1))
        var order =
            switch Int.random(in: 0..<100, using: &generator) {
            case ..<75: transform(number, sleepMs: Int.random(in: 0...400, using: &generator))
            // Longer than some of the grace periods.
            case ..<85: transform(number, sleepMs: Int.random(in: 2000...8000, using: &generator))
            case ..<95: failing(number, times: 1)
            default: drill(number, ["class": "VALIDATION"], maxAttempts: 4, .failure)
            }
        order.orderingKey = orderingKey
        if orderingKey == nil, features.delays, Int.random(in: 0..<10, using: &generator) == 0 {
            order.delaySeconds = Int.random(in: 1...5, using: &generator)
        }
        return order
    }

    static func transform(
        _ number: Int,
        sleepMs: Int,
        delaySeconds: Int? = nil,
        orderingKey: String? = nil
    ) -> JobOrder {
        let text = "job \(number) straße"
        let result: JSONValue = [
            "text": .string("JOB \(number) STRASSE"), "sha256": .string(SHA256.hexHash(text)),
            "length": .int(text.utf8.count),
        ]
        return JobOrder(
            number: number,
            type: "transform",
            payload: ["text": .string(text), "sleepMs": .int(sleepMs)],
            maxAttempts: 8,
            expectation: .success(result),
            delaySeconds: delaySeconds,
            orderingKey: orderingKey,
            isRepeated: false
        )
    }

    static func failing(_ number: Int, times: Int) -> JobOrder {
        drill(number, ["failTimes": .int(times), "class": "NETWORK"], maxAttempts: 8, .successAfter(failures: times))
    }

    static func drill(
        _ number: Int,
        _ payload: JSONValue,
        maxAttempts: Int,
        _ expectation: Expectation
    ) -> JobOrder {
        JobOrder(
            number: number,
            payload: payload,
            maxAttempts: maxAttempts,
            expectation: expectation,
            isRepeated: false
        )
    }
}
