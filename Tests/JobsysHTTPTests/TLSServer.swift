import Dispatch
import Glibc

/// A TLS server of another make on 127.0.0.1, with a certificate of its own; answers every GET with a page.
final class TLSServer {
    let port: Int
    /// The PEM file of the one authority that vouches for the server: itself.
    let certificatePath: String
    private let folder: String
    private let pid: pid_t

    var authority: String { "127.0.0.1:\(port)" }

    /// Runs a server whose certificate holds these names, such as `IP:127.0.0.1`, for as long as `body` runs.
    static func with<Result>(names: String, _ body: (TLSServer) async throws -> Result) async throws -> Result {
        let server = try await started(names: names)
        defer { server.end() }
        return try await body(server)
    }

    /// On a thread that may block, which those of tasks must not: there are few, and other tests have time limits.
    private static func started(names: String) async throws -> TLSServer {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global()
                .async {
                    continuation.resume(with: Result { try TLSServer(names: names) })
                }
        }
    }

    private init(names: String) throws {
        var template = Array("/tmp/tls-server-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw OpenSSL.Failure(command: "mkdtemp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        certificatePath = "\(folder)/cert.pem"
        let key = "\(folder)/key.pem"
        try OpenSSL.run(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=test",
            "-addext",
            "subjectAltName=\(names)",
            "-keyout",
            key,
            "-out",
            certificatePath
        )
        var pipe: [Int32] = [0, 0]
        guard Glibc.pipe(&pipe) == 0 else { throw OpenSSL.Failure(command: "pipe") }
        defer { for descriptor in pipe { close(descriptor) } }
        pid = try OpenSSL.spawn(
            ["s_server", "-www", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificatePath],
            output: pipe[1]
        )
        guard let port = Self.readPort(pipe[0]) else {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            throw OpenSSL.Failure(command: "s_server")
        }
        self.port = port
    }

    private func end() {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        for name in ["cert.pem", "key.pem"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Waits for the line `ACCEPT 127.0.0.1:PORT`.
    private static func readPort(_ descriptor: Int32) -> Int? {
        var text = ""
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n"), text.hasPrefix("ACCEPT ") {
                return text.split(separator: ":").last.flatMap { Int($0) }
            }
            text = byte == UInt8(ascii: "\n") ? "" : text + String(UnicodeScalar(byte))
        }
        return nil
    }
}
