import FoundationEssentials
import HTTPTypes
import JobsysAWS
import JobsysHashing
import JobsysJSON
import JobsysSigV4

extension ClientBenchmark {
    /// Prints microseconds of CPU for signing, writing and reading.
    static func measureParts(count: Int) async throws {
        let signer = SigV4Signer(service: "dynamodb", region: "eu-central-1")
        let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG")
        let date = Date(timeIntervalSince1970: 1_704_067_200)
        // Signed already, which the signer undoes.
        let (request, body) = try await signed(.putItem, endpoint: "https://dynamodb.eu-central-1.amazonaws.com")
        var sink = 0
        report("sign", count) {
            sink &+= signer.sign(request, body: body, credentials: credentials, at: date).headerFields.count
        }
        report("write PutItem", count) { sink &+= written(Workload.put).count }
        report("write SendMessage", count) { sink &+= written(Workload.send).count }
        let answer = Workload.receivedAnswer
        report("read ReceiveMessage, ten messages", count / 10) {
            var reader = JSONReader(answer)
            sink &+= (try? SQS.ReceiveMessage.decode(&reader))?.count ?? 0
        }
        report("  of which its values as strings", count / 10) {
            for value in Workload.receivedValues { sink &+= String(decoding: value, as: UTF8.self).utf8.count }
        }
        report("  of which the MD5 of its bodies", count / 10) {
            for _ in 0..<10 { sink &+= MD5.hash(Workload.message).count }
        }
        precondition(sink != 0)
    }

    private static func report(_ name: String, _ count: Int, _ work: () -> Void) {
        for _ in 0..<count / 10 { work() }
        let start = Usage.now()
        for _ in 0..<count { work() }
        print("\(name): \((Usage.now() - start).line(per: count).prefix { $0 != " " }) us")
    }

    private static func written(_ operation: some AWSOperation) -> [UInt8] {
        var writer = JSONWriter()
        operation.encode(to: &writer)
        return writer.bytes
    }
}
