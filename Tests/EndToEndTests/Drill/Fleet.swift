import Glibc
import HTTPTypes

/// The processes of a drill, each in its place, where another takes over when it ends.
actor Fleet {
    private struct Place {
        let service: Service
        var process: ServiceProcess
        var client: APIClient?
        var settings: [String: String]
        /// Whether the adversary or the supervision is at it.
        var isBusy = false
    }

    static let services: [Service] = [.api, .api, .worker, .worker, .worker, .dlqHandler]

    private let deployment: Deployment
    private let settings: [String: String]
    private let headers: HTTPFields
    private var places: [Place] = []

    /// How often each kind of adversity struck.
    private(set) var counts: [Adversity.Kind: Int] = [:]
    /// How often a process ended by itself, as the drill's `crash` makes it.
    private(set) var crashes = 0
    /// How many workers that were replaced had no job, or had some.
    private(set) var replaced = (idle: 0, busy: 0)
    /// Ends that nobody wanted.
    private(set) var complaints: [String] = []

    /// Makes a fleet whose services have settings, and whose clients show what the headers have.
    init(_ deployment: Deployment, _ settings: [String: String], headers: HTTPFields) {
        self.deployment = deployment
        self.settings = settings
        self.headers = headers
    }

    /// Starts all processes.
    func start() async throws {
        for service in Self.services {
            let process = try deployment.launch(service, settings)
            places.append(Place(service: service, process: process, settings: settings))
        }
        for place in places.indices { try await learnAddress(of: place) }
    }

    /// Stops all processes, which must end well.
    func stop() async throws {
        for place in places.indices {
            places[place].isBusy = true
            places[place].client = nil
            places[place].process.process.signal(SIGTERM)
        }
        for place in places {
            note(try await place.process.process.exitStatus(within: .seconds(60)), of: place.process)
        }
    }

    /// The clients of the APIs that listen.
    var clients: [APIClient] { places.compactMap(\.client) }

    /// A client of the first API that listens.
    var anyClient: APIClient {
        get throws {
            guard let client = clients.first else { throw HarnessError("no API listens") }
            return client
        }
    }

    /// Does to a process what the plan says, unless it is just being started again.
    func strike(_ adversity: Adversity) async throws {
        let place = adversity.place
        guard !places[place].isBusy else { return }
        places[place].isBusy = true
        defer { places[place].isBusy = false }
        counts[adversity.kind, default: 0] += 1
        let process = places[place].process
        switch adversity.kind {
        case .freeze:
            process.process.signal(SIGSTOP)
            try await Task.sleep(for: adversity.length)
            process.process.signal(SIGCONT)
            return
        case .kill:
            places[place].client = nil
            process.process.signal(SIGKILL)
            _ = try await process.process.exitStatus(within: .seconds(10))
        case .terminate:
            let status = try await process.stop(within: .seconds(30))
            places[place].client = nil
            note(status, of: process)
        case .replace:
            return try await replace(place, with: settings, slack: .seconds(30))
        }
        try await Task.sleep(for: adversity.length)
        try await restart(place)
    }

    /// Replaces a process as a rolling deploy does, unless it is just being started again: the new one listens before the old
    /// one is asked to end, and that one may take so much longer than its grace period.
    func roll(_ place: Int, changing changes: [String: String], slack: Duration) async throws {
        guard !places[place].isBusy else { return }
        places[place].isBusy = true
        defer { places[place].isBusy = false }
        try await replace(place, with: settings.merging(changes) { $1 }, slack: slack)
    }

    private func replace(_ place: Int, with settings: [String: String], slack: Duration) async throws {
        let old = places[place].process
        let grace = places[place].settings["SHUTDOWN_GRACE_SECONDS"].flatMap { Int($0) } ?? 0
        // With less grace a receive waits for a second at least.
        let limit = Duration.seconds(max(grace, 3)) + slack
        let new = try deployment.launch(places[place].service, settings)
        let address = try await listeningAddress(of: new)
        places[place].process = new
        places[place].settings = settings
        if places[place].service == .api {
            places[place].client = APIClient(authority: address, headers: headers)
        }
        let isBusy = await takenSlots(of: old) > 0
        let start = ContinuousClock.now
        let status = try await old.stop(within: .seconds(90))
        note(status, of: old)
        if places[place].service == .worker { if isBusy { replaced.busy += 1 } else { replaced.idle += 1 } }
        let length = start.duration(to: .now)
        if length > limit { complaints.append("\(old.process.name) took \(length) to end, not \(limit)") }
    }

    /// How many jobs a worker runs; 0 if it does not say.
    private func takenSlots(of process: ServiceProcess) async -> Double {
        guard process.service == .worker, let address = process.listeningAddress,
            // One that has crashed does not answer.
            let page = try? await APIClient(authority: address).get("/metrics")
        else { return 0 }
        let line = page.text.split(separator: "\n").first { $0.hasPrefix("jobsys_worker_slots_taken ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? 0
    }

    private func note(_ status: ExitStatus, of process: ServiceProcess) {
        // A job of the drill may crash it meanwhile.
        if ![.exited(0), Self.crash].contains(status) {
            complaints.append("\(process.process.name), asked to stop, ended with \(status)")
        }
    }

    /// Replaces what has ended by itself, until it is cancelled.
    func supervise() async throws {
        while true {
            try await Task.sleep(for: .milliseconds(200))
            for place in places.indices where !places[place].isBusy {
                guard let status = places[place].process.process.exitStatus else { continue }
                places[place].isBusy = true
                defer { places[place].isBusy = false }
                if status == Self.crash {
                    crashes += 1
                } else {
                    complaints.append("\(places[place].process.process.name) ended by itself: \(status)")
                }
                try await restart(place)
            }
        }
    }

    private func restart(_ place: Int) async throws {
        places[place].client = nil
        places[place].process = try deployment.launch(places[place].service, settings)
        try await learnAddress(of: place)
    }

    /// Waits until it listens, or until it has ended, which the supervision sees to.
    private func learnAddress(of place: Int) async throws {
        let address = try await listeningAddress(of: places[place].process)
        if places[place].service == .api, !address.isEmpty {
            places[place].client = APIClient(authority: address, headers: headers)
        }
    }

    /// Where a process listens, as soon as it does; empty if it has ended.
    private func listeningAddress(of process: ServiceProcess) async throws -> String {
        try await eventually(within: .seconds(60), "\(process.process.name) listens") {
            process.process.exitStatus == nil ? process.listeningAddress : ""
        }
    }

    /// How the drill's `crash` ends a worker.
    private static let crash = ExitStatus.exited(134)
}
