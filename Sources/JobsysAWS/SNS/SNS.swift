/// The operations of Amazon Simple Notification Service.
///
/// Source: https://docs.aws.amazon.com/sns/latest/api/welcome.html
public enum SNS {
    static let version = "2010-03-31"
}

extension AWSService {
    /// Amazon Simple Notification Service.
    public static let sns = AWSService(endpointPrefix: "sns", environmentName: "SNS")
}
