import CurlHTTP
import FoundationEssentials
import HTTPTypes
import Logging
import ServiceLifecycle
import ServiceRuntime

/// Keeps ECS from ending this task to scale in while jobs run.
///
/// It looks every few seconds whether any do: a job shorter than that is worth no call. The protection is renewed long
/// before it ends, and taken back when nothing has run for a while. A refusal is logged once; jobs run all the same, for a
/// task that is ended hands them back.
///
/// Source: Amazon ECS Developer Guide, "Task scale-in protection endpoint".
struct ScaleInProtection: Service {
    /// Asks ECS for protection that ends by itself after so long, or to end it (nil).
    typealias Request = @Sendable (_ expiry: Duration?) async throws -> Void

    private let runningJobs: @Sendable () -> Int
    private let request: Request
    private let clock: any Clock<Duration>

    init(
        runningJobs: @escaping @Sendable () -> Int,
        clock: any Clock<Duration> = ContinuousClock(),
        request: @escaping Request
    ) {
        self.runningJobs = runningJobs
        self.clock = clock
        self.request = request
    }

    func run() async throws {
        var state = ProtectionState()
        var hasComplained = false
        let elapsed = stopwatch(clock)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if let expiry = state.step(isBusy: runningJobs() > 0, at: elapsed()) {
                do {
                    try await request(expiry)
                } catch {
                    state.noteFailure()
                    if !hasComplained {
                        Logger.current.warning("no scale-in protection", metadata: ["error.message": "\(error)"])
                        hasComplained = true
                    }
                }
            }
            // The stop ends it.
            try? await cancelWhenGracefulShutdown { try await clock.sleep(for: ProtectionState.interval) }
        }
    }
}

extension ScaleInProtection {
    /// Makes a service that asks the agent of ECS at this URL.
    init?(agentURL: String, transport: any HTTPTransport, runningJobs: @escaping @Sendable () -> Int) {
        guard let url = URL(string: agentURL), let scheme = url.scheme, let host = url.host() else { return nil }
        let authority = url.port.map { "\(host):\($0)" } ?? host
        let path = url.path() + "/task-protection/v1/state"
        self.init(runningJobs: runningJobs) { expiry in
            let minutes = expiry.map { #","ExpiresInMinutes":\#(Int($0 / .seconds(60)))"# } ?? ""
            let body = #"{"ProtectionEnabled":\#(expiry != nil)\#(minutes)}"#
            let request = HTTPRequest(
                method: .put,
                scheme: scheme,
                authority: authority,
                path: path,
                headerFields: [.contentType: "application/json"]
            )
            let timeouts = TransportTimeouts(request: .seconds(5))
            let response = try await transport.send(request, body: Array(body.utf8), timeouts: timeouts)
            guard (200..<300).contains(response.status) else { throw Refusal(status: response.status) }
        }
    }

    /// The agent said no.
    struct Refusal: Error, CustomStringConvertible {
        let status: Int
        var description: String { "the ECS agent answered with HTTP \(status)" }
    }
}
