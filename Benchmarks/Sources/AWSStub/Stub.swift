import Glibc

/// Serves SQS and DynamoDB from memory, so that a measurement shows the client and not the service.
///
/// Usage: `AWSStub canned|memory [PORT]`. Prints the port on standard output once it listens; ends with SIGTERM.
@main
enum Stub {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let service: any StubService
        switch arguments.first {
        case "canned": service = CannedService()
        case "memory": service = MemoryService()
        default:
            print("usage: AWSStub canned|memory [PORT]")
            exit(64)
        }
        let server = try Server(port: arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0, service: service)
        print(server.port)
        fflush(nil)
        server.run()
    }
}
