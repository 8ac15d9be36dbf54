import FoundationEssentials
import Glibc
import HTTPTypes
import JobsysHTTP
import Synchronization

/// An emulated AWS: the one that all tests share, or one of a test's own that it may stop.
final class Emulator: Sendable {
    let endpoint: String
    private let folder: String?
    private let process = Mutex<ChildProcess?>(nil)

    private init(endpoint: String, folder: String?) {
        self.endpoint = endpoint
        self.folder = folder
    }

    /// The one that runs already.
    static func shared() throws -> Emulator {
        Emulator(endpoint: try TestEnvironment.required().endpoint, folder: nil)
    }

    /// Starts another one for as long as the body runs.
    ///
    /// It keeps its state over a stop and a start.
    static func withOwn<Result: Sendable>(
        named name: String,
        _ body: (Emulator) async throws -> Result
    ) async throws -> Result {
        let folder = try LogFolder.make(name)
        let emulator = Emulator(endpoint: "http://127.0.0.1:\(try freePort())", folder: folder)
        return try await scoped {
            try await emulator.start()
            return try await body(emulator)
        } cleanUp: { _ in
            emulator.process.withLock { $0?.end() }
        }
    }

    /// Starts it, again at the same place, and waits until it answers.
    func start() async throws {
        guard let folder else { throw HarnessError("the shared emulator runs already") }
        let port = String(endpoint.split(separator: ":")[2])
        let environment = [
            "GATEWAY_PORT": port, "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "127.0.0.1",
            "PERSIST_STATE": "1", "STATE_DIR": "\(folder)/state",
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder,
        ]
        let ministack = try TestEnvironment.required().ministack
        let started = try ChildProcess(ministack, environment: environment, name: "emulator", folder: folder)
        process.withLock { $0 = started }
        try await eventually(within: .seconds(30), "the emulator answers") { await self.answers() }
    }

    /// Stops it as an operator would, and waits until it is gone.
    func stop() async throws {
        guard let running = process.withLock({ $0 }) else { throw HarnessError("there is no emulator to stop") }
        running.signal(SIGTERM)
        _ = try await running.exitStatus(within: .seconds(20))
    }

    /// Has it answer nothing more, while connections to it are still accepted.
    func freeze() {
        process.withLock { $0?.signal(SIGSTOP) }
    }

    /// Has a frozen one go on.
    func thaw() {
        process.withLock { $0?.signal(SIGCONT) }
    }

    private func answers() async -> Bool {
        let request = HTTPRequest(
            method: .get,
            scheme: "http",
            authority: String(endpoint.dropFirst("http://".count)),
            path: "/_ministack/health"
        )
        // Until it listens, there is no answer.
        let answer = try? await WebClient.transport.send(request, timeouts: .init(request: .seconds(2)))
        return answer?.status == 200
    }

    /// A port that nobody listens on at the moment.
    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessError("no socket (errno \(errno))") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard code == 0 else { throw HarnessError("no free port (errno \(errno))") }
        return UInt16(bigEndian: address.sin_port)
    }
}
