import HTTPTypes
import JobsysHTTP
import JobsysServiceRuntime
import JobsysTime
import Logging
import ServiceLifecycle

/// Keeps ECS from ending this task, to scale in or to deploy, while a job runs that a stop would interrupt.
///
/// A job that has run for less than the grace period is likely to end within it, so it needs no protection: a worker that is
/// busy with short jobs can be stopped at any time. The state is checked every few seconds. The protection is renewed long
/// before it expires, and ended when no long job has run for a while. A refusal is logged once; jobs run all the same, for a
/// task that is stopped hands them back.
///
/// Source: Amazon ECS Developer Guide, "Task scale-in protection endpoint".
struct ScaleInProtection: Service {
    /// Asks ECS for protection that expires after this time, or to end the protection (nil).
    typealias Request = @Sendable (_ expiry: Duration?) async throws -> Void

    private let threshold: Duration
    private let longestRun: @Sendable () -> Duration
    private let request: Request
    private let clock: any Clock<Duration>

    /// Makes a service.
    ///
    /// - Parameters:
    ///   - threshold: How long a job must have run to be protected.
    ///   - longestRun: How long the longest-running job has run.
    ///   - clock: What pauses are measured by.
    ///   - request: Asks ECS.
    init(
        threshold: Duration,
        longestRun: @escaping @Sendable () -> Duration,
        clock: any Clock<Duration> = ContinuousClock(),
        request: @escaping Request
    ) {
        self.threshold = threshold
        self.longestRun = longestRun
        self.clock = clock
        self.request = request
    }

    func run() async throws {
        var state = ProtectionState()
        var hasLoggedRefusal = false
        let elapsed = stopwatch(clock)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if let expiry = state.step(isBusy: longestRun() > threshold, at: elapsed()) {
                do {
                    try await request(expiry)
                } catch {
                    state.noteFailure()
                    if !hasLoggedRefusal {
                        Logger.current.warning("no scale-in protection", metadata: ["error.message": "\(error)"])
                        hasLoggedRefusal = true
                    }
                }
            }
            // A stop ends the pause.
            try? await cancelWhenGracefulShutdown { try await clock.sleep(for: ProtectionState.interval) }
        }
    }
}

extension ScaleInProtection {
    /// Makes a service that asks the agent of ECS at this URL; nil if that is none.
    init?(
        agentURL: String,
        transport: any HTTPTransport,
        threshold: Duration,
        longestRun: @escaping @Sendable () -> Duration
    ) {
        guard let agent = HTTPURL(agentURL) else { return nil }
        self.init(
            threshold: threshold,
            longestRun: longestRun,
            request: Self.request(to: agent, transport: transport)
        )
    }

    /// Asks the agent, which no proxy leads to, whatever address it has.
    static func request(to agent: HTTPURL, transport: any HTTPTransport) -> Request {
        let url = agent.appending(path: "/task-protection/v1/state")
        let direct = transport.direct
        return { expiry in
            let minutes = expiry.map { #","ExpiresInMinutes":\#(Int($0 / .seconds(60)))"# } ?? ""
            let body = #"{"ProtectionEnabled":\#(expiry != nil)\#(minutes)}"#
            let response = try await direct.send(
                url.request(.put, headerFields: [.contentType: "application/json"]),
                body: Array(body.utf8),
                timeouts: TransportTimeouts(request: .seconds(5))
            )
            guard (200..<300).contains(response.status) else { throw Refusal(status: response.status) }
        }
    }

    /// The agent said no.
    struct Refusal: Error, CustomStringConvertible {
        let status: Int
        var description: String { "the ECS agent answered with HTTP \(status)" }
    }
}

/// Decides when protection is requested, renewed and ended.
struct ProtectionState: Sendable, Hashable {
    /// How long the protection lasts if it is not renewed.
    static let expiry: Duration = .seconds(30 * 60)
    /// How often the state is checked.
    static let interval: Duration = .seconds(5)
    /// How long no long job must have run before the protection is ended.
    private static let idleTime: Duration = .seconds(30)

    private var renewAt: Duration?
    private var busyAt = Duration.zero

    /// The request to make now: protection for this time, its end (inner nil), or none (outer nil).
    mutating func step(isBusy: Bool, at now: Duration) -> Duration?? {
        if isBusy {
            busyAt = now
            if let renewAt, now < renewAt { return nil }
            renewAt = now + Self.expiry / 2
            return .some(Self.expiry)
        }
        guard renewAt != nil, now >= busyAt + Self.idleTime else { return nil }
        renewAt = nil
        return .some(nil)
    }

    /// Notes that a request was refused: it is made again if it is still needed.
    mutating func noteFailure() {
        renewAt = nil
    }
}
