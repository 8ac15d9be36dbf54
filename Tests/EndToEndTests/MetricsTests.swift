import FoundationEssentials
import JobsysJSON
import Testing

@Suite(
    "Metrics",
    .endToEnd,
    .deployment(.api, .worker, .dlqHandler, settings: ["WORKER_BREAKER_FAILURES": "1"]),
    .timeLimit(.minutes(15))
)
struct MetricsTests {
    @Test("The services tell what the document says, of jobs that ran, and nothing else")
    func names() async throws {
        let deployment = try Deployment.current
        let client = try await deployment.client
        for status in [202, 200] {
            let answer = try await client.submit("transform", ["text": "hello"], key: "once")
            let id = try answer.json(status: status).text("jobId")
            #expect(try await client.finishedJob(id, within: .seconds(20))["status"] == "SUCCEEDED")
        }
        // Shuts the gate for its type.
        _ = try await client.accepted("drill", ["rate": 1, "class": "NETWORK"])
        let worker = try await deployment.running(.worker).client()
        let page = try await eventually(within: .seconds(20), "the gate is shut, and the queues have answered") {
            let page = try await worker.get("/metrics").text
            return page.contains("jobsys_type_shut{") && page.contains("jobsys_queue_messages{") ? page : nil
        }
        #expect(page.contains(#"jobsys_runs_total{type="transform",end="succeeded"} 1"#))
        #expect(page.contains(#"jobsys_aws_type_capacity_units_total{operation="UpdateItem",type="transform"} "#))
        let apiPage = try await client.get("/metrics").text
        #expect(apiPage.contains(#"jobsys_submissions_total{type="transform",ticket="repeated"} 1"#))
        let handlerPage = try await deployment.running(.dlqHandler).client().get("/metrics").text
        let told = [page, apiPage, handlerPage].flatMap(Self.families)
        #expect(Set(told) == Set(try Self.documented()))
    }

    private static func families(of page: String) -> [String] {
        page.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            .map { String($0.split(separator: " ")[2]) }
    }

    /// The names in the first column of the document's first table.
    private static func documented() throws -> [String] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let text = try String(contentsOfFile: root.joined(separator: "/") + "/docs/metrics.md", encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `jobsys_") }
            .flatMap { row in
                row.split(separator: "|")[0].split(separator: "`").filter { $0.hasPrefix("jobsys_") }.map(String.init)
            }
    }
}
