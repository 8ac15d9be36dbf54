import HTTPTypes
import JobsysCore
import JobsysJSON
import JobsysServiceTestKit
import JobsysTestKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RoutingTests {
    @Test(
        "A path that exists is answered with 405 for other methods, and with those that it takes",
        arguments: [
            ("/jobs", ["PUT", "PATCH", "DELETE", "OPTIONS", "BREW"], "POST, GET, HEAD"),
            ("/jobs/", ["PUT"], "POST, GET, HEAD"),
            ("/jobs:batch", ["GET", "HEAD", "PUT"], "POST"),
            ("/jobs/\(APIFixture.jobID)", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"], "GET, HEAD"),
            ("/jobs/\(APIFixture.jobID)?wait=1", ["DELETE"], "GET, HEAD"),
            ("/jobs/\(APIFixture.jobID)/cancel", ["GET", "HEAD", "PUT", "DELETE"], "POST"),
            ("/jobs/\(APIFixture.jobID)/redrive", ["GET"], "POST"),
            ("/incidents", ["POST", "DELETE"], "GET, HEAD"),
            ("/openapi.json", ["PUT"], "GET, HEAD"),
            ("/healthz", ["POST", "DELETE"], "GET, HEAD"),
            ("/readyz", ["PUT"], "GET, HEAD"),
        ]
    )
    func wrongMethod(path: String, methods: [String], allowed: String) async throws {
        for name in methods {
            let method = try #require(HTTPRequest.Method(name))
            let answer = try await APIFixture().answer(method, path)
            #expect(answer.status == 405)
            #expect(answer.headers[.allow] == allowed)
            guard name != "HEAD" else { continue }
            #expect(answer.json == problem(405, "Method Not Allowed", "This path takes \(allowed) only."))
        }
    }

    @Test(
        "A path that does not exist is answered with 404",
        arguments: ["/", "/job", "/jobs/1/2", "/jobs:", "/jobs:other", "/jobs/1/cancel/now", "/healthz/x", "/JOBS"]
    )
    func wrongPath(path: String) async throws {
        let answer = try await APIFixture().answer(.get, path)
        #expect(answer.status == 404)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.json == problem(404, "Not Found", "There is nothing at this path."))
    }

    @Test(
        "HEAD is answered as GET is, without the body",
        arguments: ["/jobs/\(APIFixture.jobID)", "/jobs", "/incidents", "/openapi.json", "/nowhere", "/healthz"]
    )
    func head(path: String) async throws {
        let api = APIFixture()
        let get = try await api.answer(.get, path)
        let head = try await api.answer(.head, path)
        #expect(head.status == get.status)
        #expect(head.headers == get.headers)
        #expect(head.text.isEmpty)
    }

    @Test("The service is alive")
    func alive() async throws {
        let answer = try await APIFixture().answer(.get, "/healthz")
        #expect(answer.status == 200)
        #expect(answer.json == ["status": "ok"])
    }

    @Test("The service is ready if both the table and the queue can be reached")
    func ready() async throws {
        let api = APIFixture()
        let answer = try await api.answer(.get, "/readyz")
        #expect(answer.status == 200)
        #expect(answer.json == ["status": "ready", "checks": ["dynamodb": "ok", "sqs": "ok"]])
        api.queue.fail(with: .outage)
        let later = try await api.answer(.get, "/readyz")
        #expect(later.status == 503)
        #expect(later.json?["checks"]?["dynamodb"] == "ok")
        #expect(later.json?["checks"]?["sqs"]?.stringValue?.hasPrefix("failed") == true)
    }
}

extension DependencyError {
    /// Something that passes.
    static let outage = DependencyError(
        dependency: "sqs",
        code: "TransportTimedOut",
        message: "sqs.local did not answer",
        isTransient: true
    )

    /// A refusal of what one request wants written.
    static let tooLarge = DependencyError(
        dependency: "dynamodb",
        code: "ValidationException",
        message: "no",
        isTransient: false,
        refusesRequest: true,
        cause: Cause()
    )

    private struct Cause: Error, CustomStringConvertible {
        let description = "the item has 500 kB"
    }
}
