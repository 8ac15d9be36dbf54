import JobsysHandlers
import JobsysTesting
import JobsysWorker
import Testing

struct Resize: Codable {
    var url: String
    var width: Int
}

extension JobName<Resize> {
    static var resize: Self { JobName("image.resize") }
}

struct ResizeHandler: JobHandler {
    let name = JobName.resize
    let policy = JobPolicy(timeout: .seconds(120))
    let images: any Images

    func run(_ resize: Resize, in context: JobContext) async throws -> [String: String] {
        guard (1...8192).contains(resize.width) else {
            throw JobFailure(.validation, "/width is not from 1 to 8192")
        }
        let place = try await images.resize(resize.url, to: resize.width)
        context.logger.info("resized", metadata: ["place": "\(place)"])
        return ["place": place]
    }
}

/// What the handler works with; a test puts another in its place.
protocol Images: Sendable {
    func resize(_ url: String, to width: Int) async throws -> String
}

func makeWorker(images: any Images) -> JobWorker {
    var worker = JobWorker()
    worker.register(ResizeHandler(images: images))
    worker.handle(.ping) { _, _ in ["pong": true] }
    return worker
}

struct Ping: Codable {}

extension JobName<Ping> {
    static var ping: Self { JobName("ping") }
}

@Suite("The article of the first job")
struct FirstJobArticle {
    struct Shelf: Images {
        func resize(_ url: String, to width: Int) async throws -> String { "\(url)?\(width)" }
    }

    @Test("has a handler that works")
    func run() async throws {
        var tester = JobTester()
        tester.register(ResizeHandler(images: Shelf()))
        let run = try await tester.run(.resize, Resize(url: "https://example.com/cat.jpeg", width: 640))
        #expect(run.ending == .succeeded(["place": "https://example.com/cat.jpeg?640"]))
        let refused = try await tester.run(.resize, Resize(url: "", width: 0))
        #expect(refused.ending == .failed(JobFailure(.validation, "/width is not from 1 to 8192")))
        #expect(makeWorker(images: Shelf()).handlers["image.resize"] != nil)
    }
}
