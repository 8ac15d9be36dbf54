import Glibc

/// Serves SQS and DynamoDB from memory, so that a measurement shows the client and not the service.
///
/// Usage: `AWSStub [PORT]`. Prints the port on standard output once it listens; ends with SIGTERM.
@main
enum Stub {
    static func main() throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
        let server = try Server(port: port, service: CannedService())
        print(server.port)
        fflush(nil)
        server.run()
    }
}
