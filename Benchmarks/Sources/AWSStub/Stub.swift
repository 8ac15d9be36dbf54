import Glibc

/// Serves SQS and DynamoDB from memory, so that a measurement shows the client and not the service.
///
/// Usage: `AWSStub canned|memory|verified [PORT]`, `verified` being `memory` that looks at signatures. Prints the port on standard output once it listens; ends with SIGTERM.
@main
enum Stub {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let service: any StubService
        switch arguments.first {
        case "canned": service = CannedService()
        case "memory": service = MemoryService(verifiesSignatures: false)
        case "verified": service = MemoryService(verifiesSignatures: true)
        default:
            print("usage: AWSStub canned|memory|verified [PORT]")
            exit(64)
        }
        let server = try Server(port: arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0, service: service)
        print(server.port)
        fflush(nil)
        server.run()
    }
}
