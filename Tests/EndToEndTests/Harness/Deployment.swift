import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// A data plane and the services that run on it: a jobsys of a test's own.
final class Deployment: Sendable {
    /// The deployment of the running test, if it has the trait.
    @TaskLocal static var provided: Deployment?

    let emulator: Emulator
    let plane: DataPlane
    private let folder: String
    private let processes = Mutex<[ServiceProcess]>([])

    private init(_ emulator: Emulator, plane: DataPlane, folder: String) {
        self.emulator = emulator
        self.plane = plane
        self.folder = folder
    }

    /// The deployment of the running test.
    static var current: Deployment {
        get throws {
            guard let provided else { throw HarnessError("the test has no deployment") }
            return provided
        }
    }

    /// Deploys a data plane, runs the body, and takes all down again.
    static func with(
        _ emulator: Emulator,
        _ body: (Deployment) async throws -> Void
    ) async throws {
        let name = "e2e-\(UUID().uuidString.prefix(8).lowercased())"
        let plane = try await DataPlane.deploy(to: emulator, named: name)
        let deployment = Deployment(emulator, plane: plane, folder: try LogFolder.make(name))
        try await scoped {
            try await body(deployment)
        } cleanUp: { workFailed in
            await deployment.stopAll(expectingCleanEnds: !workFailed)
            try await plane.delete()
        }
    }

    /// Starts a service and waits until it listens; `settings` are added to its environment.
    @discardableResult
    func start(_ service: Service, _ settings: [String: String] = [:]) async throws -> ServiceProcess {
        let process = try launch(service, settings)
        _ = try await process.address()
        return process
    }

    /// Starts a service that may end before anybody can ask it anything.
    func launch(_ service: Service, _ settings: [String: String]) throws -> ServiceProcess {
        let number = processes.withLock { $0.count + 1 }
        let process = try ServiceProcess(
            service,
            environment: environment.merging(settings) { $1 },
            name: "\(number)-\(service.rawValue)",
            folder: folder
        )
        processes.withLock { $0.append(process) }
        return process
    }

    /// The first service of this kind that was started.
    func running(_ service: Service) throws -> ServiceProcess {
        guard let process = processes.withLock({ $0.first { $0.service == service } }) else {
            throw HarnessError("no \(service.rawValue) was started")
        }
        return process
    }

    /// All services that were started, those that have ended included.
    var started: [ServiceProcess] { processes.withLock { $0 } }

    /// A client of the API.
    var client: APIClient {
        get async throws { try await running(.api).client() }
    }

    /// What every service is started with.
    var environment: [String: String] {
        let own = [
            "DDB_TABLE": plane.table.name, "SQS_QUEUE_URL": plane.jobs.url, "SQS_DLQ_URL": plane.deadLetters.url,
            "SQS_FIFO_QUEUE_URL": plane.orderedJobs.url, "SQS_FIFO_DLQ_URL": plane.orderedDeadLetters.url,
            "STAGE": "dev", "LOG_LEVEL": "info", "HOST": "127.0.0.1", "PORT": "0",
            // A stop waits for a receive to end, which may take almost as long as this.
            "SHUTDOWN_GRACE_SECONDS": "5",
        ]
        return own.merging(plane.aws.environment) { $1 }
    }

    /// Makes an API key as its first owner does, with the table alone; answers it.
    func makeKey(_ arguments: String...) async throws -> String {
        let outcome = try await Command.run(
            try Service.api.executable,
            ["keys", "create"] + arguments,
            environment: environment
        )
        #expect(outcome.status == .exited(0), "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2 && lines[1].isEmpty, "the key is not alone on standard output")
        return String(lines[0])
    }

    /// Stops what still runs.
    ///
    /// Whatever a test was about, a service stops when it is asked to, and its log is clean.
    private func stopAll(expectingCleanEnds: Bool) async {
        let processes = processes.withLock { $0 }
        // All at once: each may take as long as a receive waits.
        if expectingCleanEnds {
            for process in processes { process.process.signal(SIGTERM) }
        }
        for process in processes {
            guard expectingCleanEnds else {
                process.process.end()
                continue
            }
            if process.process.exitStatus == nil {
                do {
                    let status = try await process.process.exitStatus(within: .seconds(10))
                    #expect(status == .exited(0), "\(process.process.name)")
                } catch {
                    Issue.record(error, "\(process.process.name)")
                    process.process.end()
                }
            }
            #expect(process.strayOutput == [], "\(process.process.name)")
            #expect(!process.process.output.text.contains(AWSAccess.secret), "\(process.process.name)")
        }
    }
}
