import Glibc

/// The processes of a drill, each in its place, where another takes over when it ends.
actor Fleet {
    private struct Place {
        let service: Service
        var process: ServiceProcess
        var client: APIClient?
        /// Whether the adversary or the supervision is at it.
        var isBusy = false
    }

    static let services: [Service] = [.api, .api, .worker, .worker, .worker, .dlqHandler]

    private let deployment: Deployment
    private let settings: [String: String]
    private var places: [Place] = []

    /// How often each kind of adversity struck.
    private(set) var counts: [Adversity.Kind: Int] = [:]
    /// How often a process ended by itself, as the drill's `crash` makes it.
    private(set) var crashes = 0
    /// Ends that nobody wanted.
    private(set) var complaints: [String] = []

    init(_ deployment: Deployment, _ settings: [String: String]) {
        self.deployment = deployment
        self.settings = settings
    }

    /// Starts all processes.
    func start() async throws {
        for service in Self.services {
            let process = try deployment.launch(service, settings)
            places.append(Place(service: service, process: process))
        }
        for place in places.indices { try await learnAddress(of: place) }
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
            // A job of the drill may crash it meanwhile.
            if ![.exited(0), Self.crash].contains(status) {
                complaints.append("\(process.process.name), asked to stop, ended with \(status)")
            }
        }
        try await Task.sleep(for: adversity.length)
        try await restart(place)
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
        let process = places[place].process
        let address = try await eventually(within: .seconds(60), "\(process.process.name) listens") {
            process.process.exitStatus == nil ? process.listeningAddress : ""
        }
        if places[place].service == .api, !address.isEmpty {
            places[place].client = APIClient(authority: address)
        }
    }

    /// How the drill's `crash` ends a worker.
    private static let crash = ExitStatus.exited(134)
}
