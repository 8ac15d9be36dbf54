import CJobsysCurl

/// What the owner thread does: takes transfers from the inbox, lets curl run them and ends each; and runs jobs.
///
/// Used by one thread at a time: the one that makes it, then the owner thread. It says what is done; what is to be done
/// is the inbox's table's decision.
final class TransferLoop {
    private static let maxIdleHandles = 256

    /// A task that goes on after a transfer usually submits another one: a round for its job and a round for that.
    private static let maxRoundsWithoutSockets = 2

    private let inbox: TransferInbox
    private let executor: OwnerExecutor
    private let configuration: CurlTransport.Configuration
    private let multi: CurlMulti
    private var idle: [CurlEasy]
    private var running: [TransferID: CurlEasy] = [:]
    private var ended: [(waiter: TransferWaiter, outcome: Transfer.Outcome)] = []

    private var roundsWithoutSockets = 0

    init(
        _ configuration: CurlTransport.Configuration,
        inbox: TransferInbox,
        executor: OwnerExecutor
    ) throws(TransportError) {
        self.inbox = inbox
        self.executor = executor
        self.configuration = configuration
        multi = try CurlMulti(configuration, wakeDescriptor: inbox.wakeDescriptor)
        // The first handle shows at once whether curl takes the configuration.
        idle = [try CurlEasy(configuration, watches: multi.watches)]
    }

    /// Runs until the inbox is stopped.
    func run() {
        while true {
            switch inbox.next() {
            case .work(let jobs, let start, let abort):
                for job in jobs { executor.run(job) }
                for entry in start { begin(entry.payload, entry.id) }
                for id in abort { self.abort(id, .cancelled) }
                if !start.isEmpty || !abort.isEmpty { multi.runTimers() }
                lookAtSocketsIfDue()
            case .sleep:
                multi.wait()
                inbox.ownerWoke()
                roundsWithoutSockets = 0
            case .stop(let neverStarted):
                for entry in neverStarted { entry.payload.endUnsent(.shutDown) }
                for id in running.keys { abort(id, .shutDown) }
                reportEnded()
                return
            }
            multi.takeFinished { easy, code in end(easy, easy.outcome(code)) }
            reportEnded()
        }
    }

    /// Keeps what never ends, such as jobs that enqueue jobs, from starving the transfers.
    private func lookAtSocketsIfDue() {
        roundsWithoutSockets += 1
        guard roundsWithoutSockets > Self.maxRoundsWithoutSockets else { return }
        multi.poll()
        roundsWithoutSockets = 0
    }

    private func begin(_ transfer: Transfer, _ id: TransferID) {
        do throws(TransportError) {
            let easy =
                if let used = idle.popLast() { used } else { try CurlEasy(configuration, watches: multi.watches) }
            try load(transfer, id, into: easy)
            running[id] = easy
        } catch {
            ended.append((transfer.waiter, .failure(error)))
        }
    }

    private func load(_ transfer: Transfer, _ id: TransferID, into easy: CurlEasy) throws(TransportError) {
        do throws(CurlOptionFailure) {
            try easy.prepare(transfer, id: id)
        } catch {
            let authority = transfer.request.authority
            throw TransportError(curl: error.code, authority: authority, detail: "", sent: false)
        }
        guard multi.add(easy) else { throw .unavailable("\(transfer.request.authority): curl takes no transfer") }
    }

    /// The transfer may have ended before, or be yet to come.
    private func abort(_ id: TransferID, _ code: TransportError.Code) {
        guard let easy = running[id] else { return }
        multi.remove(easy)
        end(easy, easy.localFailure(code))
    }

    private func end(_ easy: CurlEasy, _ outcome: Transfer.Outcome) {
        guard let (id, waiter) = easy.release() else { preconditionFailure("a curl handle ran without a transfer") }
        running[id] = nil
        if idle.count < Self.maxIdleHandles { idle.append(easy) }
        ended.append((waiter, outcome))
    }

    private func reportEnded() {
        guard !ended.isEmpty else { return }
        for (waiter, outcome) in ended { waiter.end(outcome) }
        ended.removeAll(keepingCapacity: true)
    }
}
