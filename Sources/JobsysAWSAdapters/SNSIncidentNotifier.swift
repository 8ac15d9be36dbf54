public import JobsysAWS
public import JobsysCore

/// Publishes incidents to an SNS topic.
public struct SNSIncidentNotifier: IncidentNotifier {
    private let client: AWSClient
    private let topicARN: String

    /// What it is called in logs.
    public var name: String { "sns" }

    /// Makes a notifier to the topic of this ARN.
    public init(client: AWSClient, topicARN: String) {
        self.client = client
        self.topicARN = topicARN
    }

    /// Publishes once, with what failed as the subject.
    public func notify(_ incident: Incident, withheld: Int) async throws {
        let subject = "jobsys: \(incident.failure.errorClass.rawValue) \(incident.jobType ?? "message")"
        let publish = SNS.Publish(topicARN: topicARN, subject: subject, message: incident.summary(withheld: withheld))
        _ = try await translatingErrors { try await client.perform(publish) }
    }
}
