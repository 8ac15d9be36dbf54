import FoundationEssentials
import JobsysSigV4

/// The operations of AWS Security Token Service.
///
/// Source: https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
public enum STS {
    static let version = "2011-06-15"

    /// Reads the element `Credentials` of a result.
    static func credentials(_ result: XMLElement) throws(AWSAnswerError) -> AWSCredentials {
        guard let element = result["Credentials"] else { throw .missing("Credentials") }
        guard let expiration = Date(credentialsTimestamp: try element.required("Expiration")) else {
            throw AWSAnswerError(code: "UnreadableAnswer", "Expiration is not a time")
        }
        return AWSCredentials(
            accessKeyID: try element.required("AccessKeyId"),
            secretAccessKey: try element.required("SecretAccessKey"),
            sessionToken: try element.required("SessionToken"),
            expiration: expiration
        )
    }
}

extension AWSService {
    /// AWS Security Token Service.
    public static let sts = AWSService(endpointPrefix: "sts", environmentName: "STS")
}
