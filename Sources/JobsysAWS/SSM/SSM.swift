import JobsysJSON

/// The operations of AWS Systems Manager's Parameter Store.
///
/// Its default throughput is small, 40 requests a second for an account: keep what was read.
/// Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html
public enum SSM {}

extension AWSService {
    /// AWS Systems Manager.
    public static let ssm = AWSService(
        endpointPrefix: "ssm",
        environmentName: "SSM",
        targetPrefix: "AmazonSSM",
        jsonVersion: "1.1"
    )
}

extension JSONWriter {
    /// Writes that secure strings are wanted in clear, if they are.
    mutating func decryption(_ isWanted: Bool) {
        if isWanted { member("WithDecryption", true) }
    }
}

extension JSONReader {
    /// Reads an array of parameters.
    mutating func readParameters() throws(JSONError) -> [SSM.Parameter] {
        try readElements { reader throws(JSONError) in try SSM.Parameter(&reader) }
    }
}
