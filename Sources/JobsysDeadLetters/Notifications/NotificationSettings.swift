public import Configuration
public import JobsysHTTP
import JobsysServiceRuntime

/// Whom the handler tells of incidents; nobody unless it is set.
public struct NotificationSettings: Sendable, Hashable {
    /// A URL that takes a POST, such as a Slack webhook.
    public var webhook: HTTPURL?
    /// What the webhook's body is signed with.
    public var webhookSecret: String?
    /// An SNS topic.
    public var topicARN: String?

    /// Makes settings.
    public init(webhook: HTTPURL? = nil, webhookSecret: String? = nil, topicARN: String? = nil) {
        self.webhook = webhook
        self.webhookSecret = webhookSecret
        self.topicARN = topicARN
    }

    /// Reads `INCIDENT_WEBHOOK_URL`, `INCIDENT_WEBHOOK_SECRET` and `INCIDENT_TOPIC_ARN`.
    ///
    /// - Throws: ``ConfigurationErrors`` for those that are malformed.
    public init(config: ConfigReader) throws {
        try config.validate(Self.settings)
        webhook = try config.value(for: Self.webhookURL)
        webhookSecret = try config.value(for: Self.secret)
        topicARN = try config.value(for: Self.topic)
    }

    /// Every variable that is read.
    static var settings: [any EnvironmentVariable] { [webhookURL, secret, topic] }

    private static var webhookURL: Setting<HTTPURL?> {
        Setting<HTTPURL>(
            "INCIDENT_WEBHOOK_URL",
            summary: "Where incidents are posted, such as a Slack webhook",
            expected: "an http or https URL",
            isSecret: true
        ) { HTTPURL($0) }
        .optional
    }

    private static var secret: Setting<String?> {
        Setting<String>(
            "INCIDENT_WEBHOOK_SECRET",
            summary: "What the posted incidents are signed with",
            expected: "16 characters or more",
            isSecret: true
        ) { $0.utf8.count >= 16 ? $0 : nil }
        .optional
    }

    private static var topic: Setting<String?> {
        Setting<String>(
            "INCIDENT_TOPIC_ARN",
            summary: "The SNS topic that incidents are published to",
            expected: "a topic's ARN such as arn:aws:sns:eu-central-1:123456789012:incidents"
        ) { $0.hasPrefix("arn:") && $0.contains(":sns:") ? $0 : nil }
        .optional
    }
}
