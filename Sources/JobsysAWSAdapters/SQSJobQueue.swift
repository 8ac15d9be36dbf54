import FoundationEssentials
public import JobsysAWS
public import JobsysCore
import JobsysObservability
import JobsysTime

/// Receives messages from an SQS queue; deletes, hides and replaces them in batches when there are many at once.
public struct SQSJobQueue: JobQueue {
    /// What SQS allows.
    public let limits: QueueLimits

    private let client: AWSClient
    private let queueURL: String
    private let deletes: BatchCoalescer<String>
    private let hides: BatchCoalescer<Hiding>
    private let copies: BatchCoalescer<SQS.OutgoingMessage>

    /// Makes a queue of this URL; `limits` are its kind's.
    public init(client: AWSClient, queueURL: String, limits: QueueLimits = .sqsStandard) {
        self.limits = limits
        self.client = client
        self.queueURL = queueURL
        deletes = .deleting(from: queueURL, with: client)
        hides = .hiding(in: queueURL, with: client)
        copies = .sending(to: queueURL, with: client)
    }

    /// Receives up to ten messages.
    public func receive(upTo limit: Int, wait: Duration, visibility: Duration) async throws -> [Delivery] {
        let receive = SQS.ReceiveMessage(
            queueURL: queueURL,
            maxMessages: min(limit, limits.batch),
            wait: wait,
            visibilityTimeout: visibility
        )
        return try await translatingErrors { try await client.perform(receive).map(Delivery.init) }
    }

    /// Removes a message; the call may remove others too.
    public func delete(_ delivery: Delivery) async throws {
        try await deletes.submit(delivery.receipt)
    }

    /// Hides a message; the call may hide others too.
    public func hide(_ delivery: Delivery, for duration: Duration) async throws {
        // The client rounds up to whole seconds.
        let length = min(max(.zero, duration), limits.longestInvisibility)
        try await hides.submit(Hiding(receipt: delivery.receipt, duration: length))
    }

    /// Throws if it cannot be reached.
    public func checkReachable() async throws {
        try await client.checkReachable(queueURL)
    }
}

extension SQSJobQueue: MessageReplacer {
    /// Sends a copy and removes the message; the calls may serve others too.
    public func replace(_ delivery: Delivery, after delay: Duration) async throws {
        let copy = SQS.OutgoingMessage(
            body: delivery.body,
            delay: min(max(.zero, delay), limits.longestDelay),
            attributes: JobAttributes.attributes(jobType: delivery.jobType, deferral: delivery.deferral),
            traceHeader: delivery.trace?.xrayHeader,
            groupID: delivery.fairnessGroup
        )
        try await copies.submit(copy)
        try await delete(delivery)
    }
}

extension Delivery {
    init(_ message: SQS.Message) {
        let texts = message.messageAttributes.compactMapValues(\.stringValue)
        self.init(
            messageID: message.id,
            receipt: message.receiptHandle,
            body: message.body,
            receiveCount: message.receiveCount ?? 1,
            sentAt: message.sentAt.map { Timestamp(milliseconds: Int64(($0.timeIntervalSince1970 * 1000).rounded())) },
            trace: message.traceHeader.flatMap { TraceContext(xrayHeader: $0) },
            orderingKey: message.orderingKey,
            fairnessGroup: message.orderingKey == nil ? message.groupID : nil,
            deferral: JobAttributes.deferral(in: texts)
        )
        DeadLetterAttributes.read(texts, into: &self)
    }
}

extension SQS.Message {
    /// The group, if the queue keeps an order.
    ///
    /// A standard queue may have groups too, for fairness; a sequence number is given by FIFO queues alone.
    fileprivate var orderingKey: String? {
        attributes["SequenceNumber"] == nil ? nil : groupID
    }
}

extension QueueLimits {
    /// A standard queue of SQS, with the `maxReceiveCount` of `infra/cloudformation/data-plane.yaml`.
    ///
    /// Source: Amazon SQS Developer Guide, "Amazon SQS message quotas".
    public static let sqsStandard = QueueLimits(
        longestDelay: .seconds(900),
        longestInvisibility: .seconds(43200),
        receives: 10,
        batch: 10,
        keepsOrder: false
    )

    /// A FIFO queue of SQS, where no single message can be delayed.
    public static let sqsFIFO = QueueLimits(
        longestDelay: .zero,
        longestInvisibility: .seconds(43200),
        receives: 100,
        batch: 10,
        keepsOrder: true
    )
}
