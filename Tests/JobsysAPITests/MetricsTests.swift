import HTTPTypes
import JobsysServiceTestKit
import NIOCore
import Testing

@Suite("The API's metrics", .timeLimit(.minutes(1)))
struct MetricsTests {
    @Test("count tickets by type, and requests by route and status, whatever path was asked for")
    func counts() async throws {
        let application = APIFixture().application()
        try await application.test(.router) { client in
            for body in [#"{"type":"task","payload":1}"#, "{"] {
                _ = try await client.execute(
                    uri: "/jobs",
                    method: .post,
                    headers: [.contentType: "application/json"],
                    body: ByteBuffer(string: body)
                )
            }
            _ = try await client.execute(uri: "/jobs/\(APIFixture.jobID)", method: .get)
            for path in ["/wp-login.php", "/.env"] { _ = try await client.execute(uri: path, method: .get) }
            let page = String(buffer: try await client.execute(uri: "/metrics", method: .get).body)
            let lines = page.split(separator: "\n")
            let counters = lines.filter { $0.contains("_total{") }
            #expect(
                counters == [
                    #"jobsys_submissions_total{type="task",ticket="new"} 1"#,
                    #"jobsys_submissions_total{type="task",ticket="repeated"} 0"#,
                    #"jobsys_http_requests_total{method="",route="",status="404"} 2"#,
                    #"jobsys_http_requests_total{method="POST",route="/jobs",status="202"} 1"#,
                    #"jobsys_http_requests_total{method="POST",route="/jobs",status="400"} 1"#,
                    #"jobsys_http_requests_total{method="GET",route="/jobs/{id}",status="200"} 1"#,
                ]
            )
            #expect(lines.contains(#"jobsys_http_request_seconds_count{route="/jobs"} 2"#))
        }
    }
}
