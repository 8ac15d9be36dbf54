/// A kind of call that AWS refused a service, as the service's metrics count them.
struct Refusal: Equatable {
    var service: String
    var operation: String
    var code: String
    var count: Int

    /// All that a page of metrics tells of, those first that were refused most often; conditions that did not hold, which are
    /// part of the work, are none.
    static func all(inMetrics text: String) -> [Refusal] {
        text.split(separator: "\n")
            .compactMap { Refusal(line: $0) }
            .filter { !["ConditionalCheckFailedException", "TransactionCanceledException"].contains($0.code) }
            .sorted { ($1.count, $0.operation, $0.code) < ($0.count, $1.operation, $1.code) }
    }

    init(service: String, operation: String, code: String, count: Int) {
        self.service = service
        self.operation = operation
        self.code = code
        self.count = count
    }

    /// Reads a line such as `jobsys_aws_errors_total{service="sqs",operation="SendMessage",code="AccessDenied"} 3`.
    private init?(line: Substring) {
        let name = "jobsys_aws_errors_total{"
        guard line.hasPrefix(name), let end = line.lastIndex(of: "}"),
            let value = line[end...].split(separator: " ").last,
            let count = Double(value), count >= 1
        else { return nil }
        var labels: [Substring: String] = [:]
        for label in line[line.index(line.startIndex, offsetBy: name.count)..<end].split(separator: ",") {
            let parts = label.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            labels[parts[0]] = String(parts[1].filter { $0 != "\"" })
        }
        guard let service = labels["service"], let operation = labels["operation"], let code = labels["code"] else {
            return nil
        }
        self.init(service: service, operation: operation, code: code, count: Int(min(count, 1e15)))
    }

    /// What that means for the service of this name.
    func finding(_ name: String) -> Finding {
        let times = count == 1 ? "once" : "\(count) times"
        let text = "\(service) refused \(operation) \(times) since its start: \(code)"
        let meaning = Self.meanings.first { meaning in meaning.parts.contains { code.contains($0) } }
        return Finding(
            weight: meaning?.isLasting == true ? .problem : .note,
            topic: name,
            text: text,
            advice: meaning?.advice ?? "Its log has each of them."
        )
    }

    private static let meanings: [(parts: [String], isLasting: Bool, advice: String)] = [
        (
            ["AccessDenied", "NotAuthorized", "UnauthorizedOperation"], true,
            "Its role lacks a permission: infra/cloudformation/access.yaml has what each service needs."
        ),
        (
            [
                "Expired", "InvalidClientTokenId", "UnrecognizedClient", "InvalidSignature", "SignatureDoesNotMatch",
                "CredentialsUnavailable", "RequestTimeTooSkewed",
            ], true,
            "Its credentials are wrong or have expired, or its clock is off."
        ),
        (
            ["ResourceNotFound", "QueueDoesNotExist", "NonExistentQueue", "NotFound"], true,
            "A table, queue or topic is not there: compare its settings (--print-config) with the data plane's outputs."
        ),
        (
            ["Throttl", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "SlowDown"], false,
            "AWS slows it down, and it tries again. With much of that, see docs/scaling.md."
        ),
        (
            ["Transport", "Timeout", "TimedOut"], false,
            "The way to AWS breaks now and then: network, DNS, proxy, or the endpoint itself."
        ),
    ]
}
