import FoundationEssentials
import HTTPTypes
import JobsysJSON
import Testing

@Suite("A job's progress, while a worker runs it", .endToEnd, .timeLimit(.minutes(15)))
struct JobProgressTests {
    /// Waits until a running job shows this progress, and shows the same by `jobctl`.
    private func progress(of id: String, _ fraction: Double, _ message: String) async throws {
        let client = try await Deployment.current.client
        try await eventually(within: .seconds(30), "the progress is \(fraction)") {
            let job = try await client.job(id)
            guard job["status"] == "RUNNING", let progress = job["progress"] else { return false }
            return progress["fraction"]?.doubleValue == fraction && progress["message"]?.stringValue == message
                && progress["at"]?.stringValue != nil
        }
        let shown = try await Jobctl.current.run("show", id)
        #expect(shown.status == .exited(0), "\(shown.errors)")
        let progress = try #require(try shown.documents.first?["progress"])
        #expect(progress["fraction"]?.doubleValue == fraction)
        #expect(progress["message"]?.stringValue == message)
    }

    @Test("is what a program writes to descriptor 3", .deployment(.api))
    func command() async throws {
        let deployment = try Deployment.current
        let files = try CommandHandlerTests.Files()
        try files.write(
            "steps.sh",
            """
            echo '0.25 a quarter' >&3
            while [ ! -e go.txt ]; do sleep 0.1; done
            echo '{"fraction": 0.75, "message": "the rest is quick"}' >&3
            echo done
            """
        )
        try files.write("handlers.yaml", CommandHandlerTests.handlers(folder: files.folder, program: "steps.sh"))
        try await deployment.start(.worker, files.settings())
        let client = try await deployment.client
        let id = try await client.accepted("work", .null)
        try await progress(of: id, 0.25, "a quarter")
        try files.write("go.txt", "")
        let job = try await client.finishedJob(id, within: .seconds(30))
        #expect(job["status"] == "SUCCEEDED" && job["attempts"] == 1, "\(job)")
        // The last word is written with the end, however soon it comes after the one before.
        #expect(job["progress"]?["fraction"]?.doubleValue == 0.75)
        #expect(job["progress"]?["message"] == "the rest is quick")
    }

    @Test("is what an endpoint reports by a call", .deployment(.api))
    func endpoint() async throws {
        try await Endpoint.with { endpoint in
            let deployment = try Deployment.current
            let files = try CommandHandlerTests.Files()
            try files.write("handlers.yaml", "handlers: {work: {http: {url: \"\(endpoint.url)/async\"}}}\n")
            try await deployment.start(.worker, files.settings())
            let client = try await deployment.client
            // It reports, and then says nothing more.
            let id = try await client.accepted("work", ["progress": 0.5, "silent": true])
            try await progress(of: id, 0.5, "on the way")
            _ = try await client.send(.post, "/jobs/\(id)/cancel").json(status: 202)
            let job = try await client.finishedJob(id, within: .seconds(30))
            #expect(job["status"] == "CANCELLED" && job["attempts"] == 1, "\(job)")
            #expect(endpoint.events("progress", job: id).map { $0["status"] } == [200])
        }
    }
}
