import JobsysHandlers
import JobsysTesting
import Synchronization
import Testing

struct Charge: Codable {
    var customer: String
    var cents: Int
}

extension JobName<Charge> {
    static var charge: Self { JobName("payment.charge") }
}

/// A payment service: the same key charges once, whatever is sent with it how often.
protocol Payments: Sendable {
    func charge(_ customer: String, cents: Int, key: String) async throws -> String
}

struct ChargeHandler: JobHandler {
    let name = JobName.charge
    let payments: any Payments

    func run(_ charge: Charge, in context: JobContext) async throws -> [String: String] {
        let receipt = try await payments.charge(charge.customer, cents: charge.cents, key: "\(context.jobID)")
        return ["receipt": receipt]
    }
}

@Suite("The article of idempotency")
struct IdempotencyArticle {
    /// Its first answer is lost.
    final class Bank: Payments {
        let receipts = Mutex<[String: String]>([:])
        let calls = Mutex(0)

        func charge(_ customer: String, cents: Int, key: String) async throws -> String {
            let receipt = receipts.withLock { receipts in
                let receipt = receipts[key] ?? "receipt \(receipts.count + 1)"
                receipts[key] = receipt
                return receipt
            }
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            if isFirst { throw JobFailure(.network, "the answer was lost") }
            return receipt
        }
    }

    @Test("has a handler that charges once, though it runs twice")
    func once() async throws {
        let bank = Bank()
        var tester = JobTester()
        tester.register(ChargeHandler(payments: bank))
        let run = try await tester.run(.charge, Charge(customer: "ada", cents: 100))
        #expect(run.attempts == 2)
        #expect(run.ending == .succeeded(["receipt": "receipt 1"]))
        #expect(bank.receipts.withLock { $0.count } == 1)
    }
}
