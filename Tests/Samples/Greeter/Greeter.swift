import JobsysWorker

struct Greeting: Codable {
    var name: String
}

extension JobName<Greeting> {
    static var greet: Self { JobName("greet") }
}

@main
struct Greeter {
    static func main() async {
        var worker = JobWorker()
        worker.handle(.greet, policy: JobPolicy(timeout: .seconds(30))) { greeting, context in
            guard !greeting.name.isEmpty else { throw JobFailure(.validation, "/name is empty") }
            context.progress(0.5, "thinking of a greeting")
            return ["greeting": "Hello, \(greeting.name)!"]
        }
        await worker.main()
    }
}
