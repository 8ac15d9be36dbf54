import JobsysCore
import JobsysTime

/// What the overview is made of, for any reader.
struct OverviewContent: Sendable {
    var jobs: [Job]
    var failures: [Incident]
    /// nil if it cannot be read.
    var system: DirectorySnapshot?
    var range: FigureBoard.Range
    /// Whether nobody counts anything here.
    var countsNothing: Bool
    /// nil if they cannot be read.
    var report: FigureBoard.Report?
    /// nil if it is not known.
    var depth: QueueDepth?
}

/// What an operator looks at first.
struct OverviewPage {
    /// Counts of what the directory says; nothing here is estimated.
    struct System {
        let workers: Int
        let hasWorkers: Bool
        let busy: Int
        let slots: Int
        let types: Int
        let paused: Int
        let hasPaused: Bool
        let breakers: Int
        let hasBreakers: Bool
        /// About how many messages wait in the queues and are with workers; nil if that is not known.
        var waiting: String?

        init(_ snapshot: DirectorySnapshot) {
            workers = snapshot.workers.count
            hasWorkers = workers > 0
            busy = snapshot.workers.reduce(0) { $0 + $1.busy }
            slots = snapshot.workers.reduce(0) { $0 + $1.slots }
            types = snapshot.typeNames.count
            paused = snapshot.types.values.count { $0.pause != nil }
            hasPaused = paused > 0
            breakers = snapshot.workers.reduce(0) { $0 + $1.breakers.count }
            hasBreakers = breakers > 0
        }
    }

    /// nil if the reader may not see it, or it cannot be read.
    var system: System?
    var systemIsUnknown = false
    /// nil if the reader may not see it, or it cannot be read.
    var figures: ConsoleFigures?
    var figuresAreUnknown = false
    /// nil if the reader may not see them.
    var failures: IncidentRows?
    let jobs: [JobRow]
    let any: Bool
    let maySubmit: Bool

    init(_ content: OverviewContent, for principal: Principal) {
        jobs = content.jobs.map(JobRow.init)
        any = !jobs.isEmpty
        maySubmit = principal.may(.submitJobs)
        if principal.may(.readIncidents) {
            failures = IncidentRows(content.failures, for: principal, withExcerpts: false)
        }
        guard principal.may(.readSystem) else { return }
        system = content.system.map(System.init)
        systemIsUnknown = system == nil
        system?.waiting = content.depth.map { "\($0.waiting)" }
        figures = content.report.map { ConsoleFigures($0, content.range) }
        figuresAreUnknown = figures == nil && !content.countsNothing
    }
}

/// Incidents, and whether the reader may redrive their jobs.
struct IncidentRows {
    let incidents: [IncidentRow]
    let any: Bool
    let mayRedrive: Bool

    init(_ incidents: [Incident], for principal: Principal, withExcerpts: Bool) {
        self.incidents = incidents.map { IncidentRow($0, withExcerpt: withExcerpts) }
        any = !incidents.isEmpty
        mayRedrive = principal.may(.redriveJobs)
    }
}

/// The list of incidents, with its filters.
struct IncidentsPage {
    let classes: [Choice]
    let type: String
    let since: String
    let until: String
    let sample = ListFilters.sample
    let isFiltered: Bool
    let incidents: [IncidentRow]
    let any: Bool
    let mayRedrive: Bool
    let count: String
    let next: String?

    init(_ parameters: ListParameters, _ rows: IncidentRows, next: String?) {
        classes = ErrorClass.allCases.map { Choice(name: $0.rawValue, isChosen: $0.rawValue == parameters["class"]) }
        type = parameters["type"] ?? ""
        since = parameters["since"] ?? ""
        until = parameters["until"] ?? ""
        isFiltered = ["class", "type", "since", "until"].contains { parameters[$0] != nil }
        incidents = rows.incidents
        any = rows.any
        mayRedrive = rows.mayRedrive
        count = countText(rows.incidents.count, "incident", "incidents", goesOn: next != nil)
        self.next = next
    }
}

/// The job types that anybody has spoken of.
struct TypesPage {
    struct Row {
        let name: String
        let state: String
        let tone: String
        let isPaused: Bool
        let pause: String?
        let workers: Int
        let running: Int
        let breakers: Int
        let limits: String
        let rate: String
        let concurrency: String
        let offered: Moment?

        init(_ type: TypeRecord, in snapshot: DirectorySnapshot) {
            let offering = snapshot.workers(offering: type.name)
            name = type.name
            isPaused = type.pause != nil
            let (state, tone) =
                isPaused ? ("Paused", "warn") : offering.isEmpty ? ("No worker", "bad") : ("Offered", "good")
            self.state = state
            self.tone = tone
            pause = type.pause.flatMap { pause in
                let words = [pause.by.map { "by \($0)" }, pause.reason].compactMap(\.self)
                return words.isEmpty ? nil : words.joined(separator: ": ")
            }
            workers = offering.count
            running = offering.reduce(0) { $0 + ($1.running[type.name] ?? 0) }
            breakers = offering.count { $0.breakers[type.name] != nil }
            rate = type.limits.rate.map { "\($0)" } ?? ""
            concurrency = type.limits.concurrency.map { "\($0)" } ?? ""
            let limits = [
                type.limits.rate.map { "\($0) a second" }, type.limits.concurrency.map { "\($0) at once" },
            ]
            self.limits = limits.compactMap(\.self).joined(separator: ", ")
            offered = type.lastOfferedAt.map(Moment.init)
        }
    }

    let types: [Row]
    let any: Bool
    let mayChange: Bool

    init(_ snapshot: DirectorySnapshot, mayChange: Bool) {
        types = snapshot.typeNames.compactMap(snapshot.type).map { Row($0, in: snapshot) }
        any = !types.isEmpty
        self.mayChange = mayChange
    }
}

/// The workers that are there.
struct WorkersPage {
    struct Row {
        let id: String
        let host: String
        let state: String
        let tone: String
        let busy: Int
        let slots: Int
        let types: String
        let version: String
        let started: Moment
        let seen: Moment

        init(_ worker: WorkerRecord) {
            id = worker.id
            host = worker.host
            state = worker.isDraining ? "Stopping" : worker.breakers.isEmpty ? "Working" : "Breaker open"
            tone = worker.isDraining || !worker.breakers.isEmpty ? "warn" : "good"
            busy = worker.busy
            slots = worker.slots
            types = worker.types.joined(separator: ", ")
            version = worker.version
            started = Moment(worker.startedAt)
            seen = Moment(worker.seenAt)
        }
    }

    let workers: [Row]
    let any: Bool

    init(_ snapshot: DirectorySnapshot) {
        workers = snapshot.workers.map(Row.init)
        any = !workers.isEmpty
    }
}
