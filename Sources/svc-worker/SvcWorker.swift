import JobsysWorker

@main
enum SvcWorker {
    static func main() async {
        var worker = JobWorker(name: "svc-worker")
        worker.registerBuiltIn()
        await worker.main()
    }
}
