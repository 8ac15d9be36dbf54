import JobsysAWS
import JobsysAWSAdapters
import JobsysJSON
import JobsysObservability
import JobsysServiceRuntime
import Testing

@Suite("A service's connection to AWS", .timeLimit(.minutes(1)))
struct AWSConnectionTests {
    static let complete = ["AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]

    @Test("What the client finds wrong with its settings is a configuration error that names the variable")
    func malformed() async throws {
        var environment = Self.complete.merging(["AWS_ENDPOINT_URL": "nowhere"]) { $1 }
        let transport = try ServiceStart(environment: environment).makeTransport()
        await #expect(
            throws: ConfigurationError(
                key: "AWS_ENDPOINT_URL",
                found: "nowhere",
                expected: "a URL such as http://localhost:4566, without query or user info"
            )
        ) {
            _ = try await AWSConnection(ServiceStart(environment: environment), transport: transport)
        }
        environment = ["HTTPS_PROXY": "ftp://proxy.example"]
        let error = #expect(throws: ConfigurationError.self) {
            _ = try ServiceStart(environment: environment).makeTransport()
        }
        #expect(error?.key == "HTTPS_PROXY")
    }

    @Test("The region is the one variable that the client requires, and each has its own name")
    func documented() {
        let variables = DocumentedVariable.aws
        #expect(variables.filter { $0.whenUnset == .required }.map(\.key) == ["AWS_REGION"])
        #expect(Set(variables.map(\.key)).count == variables.count)
    }

    @Test("The meter's page and document tell requests, units and errors of each operation, and units by job type")
    func metrics() async {
        let meter = CallMeter()
        for tag in ["resize", nil] {
            let record = AWSCallRecord(
                service: "dynamodb",
                operation: "PutItem",
                attempts: 2,
                errorCode: "Throttled",
                duration: .zero,
                consumedCapacity: 1.5,
                tag: tag
            )
            meter.callEnded(record)
        }
        var page = MetricsPage()
        meter.report(to: &page)
        #expect(
            page.text.split(separator: "\n").filter { !$0.hasPrefix("#") } == [
                #"jobsys_aws_requests_total{service="dynamodb",operation="PutItem"} 4"#,
                #"jobsys_aws_capacity_units_total{operation="PutItem"} 3"#,
                #"jobsys_aws_type_capacity_units_total{operation="PutItem",type="resize"} 1.5"#,
                #"jobsys_aws_errors_total{service="dynamodb",operation="PutItem",code="Throttled"} 2"#,
            ]
        )
        var writer = JSONWriter()
        (meter as any StatsSource).encode(to: &writer)
        let expected = """
            {"calls":[{"service":"dynamodb","operation":"PutItem","calls":2,"requests":4,"capacityUnits":3.0,\
            "errors":{"Throttled":2},"tags":{"resize":{"calls":1,"requests":2,"capacityUnits":1.5}}}]}
            """
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }
}
