import JobsysJSON
import Testing

@testable import JobsysAWS

@Suite("Endpoints as botocore's rules have them")
struct EndpointVectorTests {
    /// The URLs of a service in some regions; `Vectors/generate_endpoints.py` writes them.
    struct Vector: Sendable, CustomTestStringConvertible {
        let service: String
        let regions: [String]
        let urls: [String]

        var testDescription: String { "\(service) in \(regions[0])" }

        init(_ value: JSONValue) throws {
            service = try #require(value["service"]?.stringValue)
            regions = try #require(value["regions"]?.arrayValue).compactMap(\.stringValue)
            urls = try #require(value["urls"]?.arrayValue).compactMap(\.stringValue)
        }

        static let all: [Vector] = {
            do {
                let document = try JSONValue(parsing: PackageResources.endpoints_json)
                return try (document.arrayValue ?? []).map(Vector.init)
            } catch {
                Issue.record(error)
                return []
            }
        }()
    }

    private static let prefixes = [
        "DYNAMODB": "dynamodb", "SQS": "sqs", "SSM": "ssm", "SFN": "states", "CLOUDWATCH": "monitoring",
        "CLOUDWATCH_LOGS": "logs", "XRAY": "xray", "LAMBDA": "lambda", "STS": "sts", "SSO": "portal.sso",
        "SSO_OIDC": "oidc",
    ]

    @Test("There are vectors for every service and region")
    func count() {
        #expect(Set(Vector.all.map(\.service)) == Set(Self.prefixes.keys))
        #expect(Vector.all.map(\.regions.count).reduce(0, +) >= 400)
    }

    @Test("Plain, dual-stack and FIPS hosts are the same", arguments: Vector.all)
    func vector(vector: Vector) throws {
        let service = AWSService(
            endpointPrefix: try #require(Self.prefixes[vector.service]),
            environmentName: vector.service,
            targetPrefix: ""
        )
        for region in vector.regions {
            let urls = try [(false, false), (false, true), (true, false), (true, true)]
                .map { fips, dualStack in
                    try EndpointResolver(fips: fips, dualStack: dualStack).endpoint(for: service, region: region)
                        .description
                }
            #expect(urls == vector.urls.map { $0.split(separator: "*").joined(separator: region) })
        }
    }
}
