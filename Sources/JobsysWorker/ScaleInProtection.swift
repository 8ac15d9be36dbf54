import FoundationEssentials
import HTTPTypes
import JobsysHTTP
import JobsysServiceRuntime
import JobsysTime
import Logging
import ServiceLifecycle

/// Keeps ECS from ending this task, to scale in or to deploy, while a job runs that a stop would interrupt.
///
/// A job that has run for less than the grace period is likely to end within it, so it needs no protection: a worker that is
/// busy with short jobs can be ended at any time. It looks every few seconds. The protection is renewed long before it
/// ends, and taken back when no long job has run for a while. A refusal is logged once; jobs run all the same, for a task
/// that is ended hands them back.
///
/// Source: Amazon ECS Developer Guide, "Task scale-in protection endpoint".
struct ScaleInProtection: Service {
    /// Asks ECS for protection that ends by itself after so long, or to end it (nil).
    typealias Request = @Sendable (_ expiry: Duration?) async throws -> Void

    private let patience: Duration
    private let longestRun: @Sendable () -> Duration
    private let request: Request
    private let clock: any Clock<Duration>

    /// Makes a service.
    ///
    /// - Parameters:
    ///   - patience: How long a job must have run to be protected.
    ///   - longestRun: For how long the job has run that has run longest.
    ///   - clock: What pauses are measured by.
    ///   - request: Asks ECS.
    init(
        patience: Duration,
        longestRun: @escaping @Sendable () -> Duration,
        clock: any Clock<Duration> = ContinuousClock(),
        request: @escaping Request
    ) {
        self.patience = patience
        self.longestRun = longestRun
        self.clock = clock
        self.request = request
    }

    func run() async throws {
        var state = ProtectionState()
        var hasComplained = false
        let elapsed = stopwatch(clock)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if let expiry = state.step(isBusy: longestRun() > patience, at: elapsed()) {
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
    init?(
        agentURL: String,
        transport: any HTTPTransport,
        patience: Duration,
        longestRun: @escaping @Sendable () -> Duration
    ) {
        guard let url = URL(string: agentURL), let scheme = url.scheme, let host = url.host() else { return nil }
        let authority = url.port.map { "\(host):\($0)" } ?? host
        let path = url.path() + "/task-protection/v1/state"
        self.init(patience: patience, longestRun: longestRun) { expiry in
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
