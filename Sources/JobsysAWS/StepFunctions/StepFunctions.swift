/// The operations of AWS Step Functions.
///
/// Source: https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html
public enum StepFunctions {}

extension AWSService {
    /// AWS Step Functions.
    public static let stepFunctions = AWSService(
        endpointPrefix: "states",
        environmentName: "SFN",
        targetPrefix: "AWSStepFunctions"
    )
}
