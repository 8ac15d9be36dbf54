/// The operations of Amazon CloudWatch's metrics.
///
/// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html
public enum CloudWatch {}

extension AWSService {
    /// Amazon CloudWatch, over its JSON protocol.
    public static let cloudWatch = AWSService(
        endpointPrefix: "monitoring",
        environmentName: "CLOUDWATCH",
        targetPrefix: "GraniteServiceVersion20100801",
        isQueryCompatible: true
    )
}
