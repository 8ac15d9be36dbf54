/// Where AWS itself has a service: the host of a service in a region.
///
/// Source: the endpoint rule sets and partitions that AWS publishes with its SDKs.
enum EndpointRules {
    /// The endpoint of a region, with FIPS-validated cryptography and over IPv4 and IPv6 as asked for.
    static func endpoint(for service: AWSService, region: String, fips: Bool, dualStack: Bool) -> Endpoint {
        let partition = Partition(region: region)
        let suffix = dualStack ? partition.dualStackSuffix : partition.suffix
        let mark = hasFIPSMark(service, region: region, fips: fips, dualStack: dualStack) ? "-fips" : ""
        return Endpoint(scheme: "https", authority: "\(service.endpointPrefix)\(mark).\(region).\(suffix)")
    }

    /// Whether the host's name says `-fips`; in GovCloud many ordinary endpoints are FIPS endpoints already.
    private static func hasFIPSMark(_ service: AWSService, region: String, fips: Bool, dualStack: Bool) -> Bool {
        guard region.hasPrefix("us-gov-") else { return fips }
        let name = service.endpointPrefix
        if dualStack { return name == "states" || fips && name != "monitoring" }
        switch name {
        case "dynamodb", "monitoring", "oidc", "portal.sso", "sqs", "ssm", "sts": return false
        case "logs": return fips && region != "us-gov-east-1" && region != "us-gov-west-1"
        case "states": return fips && region != "us-gov-west-1"
        default: return fips
        }
    }
}

/// A group of regions with domain names of its own.
private struct Partition {
    let suffix: String
    let dualStackSuffix: String

    init(region: String) {
        self = Self.others.first { region.hasPrefix($0.prefix) }?.partition ?? Self.aws
    }

    private init(_ suffix: String, dualStack: String) {
        (self.suffix, dualStackSuffix) = (suffix, dualStack)
    }

    private static let aws = Partition("amazonaws.com", dualStack: "api.aws")

    private static let others: [(prefix: String, partition: Partition)] = [
        ("cn-", Partition("amazonaws.com.cn", dualStack: "api.amazonwebservices.com.cn")),
        ("eusc-", Partition("amazonaws.eu", dualStack: "api.amazonwebservices.eu")),
        ("us-iso-", Partition("c2s.ic.gov", dualStack: "api.aws.ic.gov")),
        ("us-isob-", Partition("sc2s.sgov.gov", dualStack: "api.aws.scloud")),
        ("eu-isoe-", Partition("cloud.adc-e.uk", dualStack: "api.cloud-aws.adc-e.uk")),
        ("us-isof-", Partition("csp.hci.ic.gov", dualStack: "api.aws.hci.ic.gov")),
    ]
}
