import JobsysCore
import JobsysJSON
import JobsysTime

/// The keys that there are, and the form of another one.
struct KeysPage {
    /// A key that was made just now.
    struct Made {
        let key: String
        let id: String
        var replaces = false
    }

    struct MemberError {
        let place: String
        let message: String
    }

    struct ScopeChoice {
        let name: String
        let meaning: String
        let isChosen: Bool
    }

    struct Row {
        let id: String
        let ending: String
        let name: String
        let tenant: String?
        let scopes: String
        let types: String?
        let status: String
        let tone: String
        let isActive: Bool
        let created: Moment
        let maker: String
        let expires: Moment?
        let used: Moment?

        init(_ key: APIKey, at now: Timestamp) {
            let state = key.status(at: now)
            id = key.id
            ending = key.ending
            name = key.name ?? ""
            tenant = key.tenant
            scopes = key.scopes.map(\.rawValue).sorted().joined(separator: ", ")
            types = key.types.map { $0.sorted().joined(separator: ", ") }
            status = state.rawValue
            isActive = state == .active
            tone = isActive ? "good" : "calm"
            created = Moment(key.createdAt)
            maker = key.createdBy
            expires = key.expiresAt.map(Moment.init)
            used = key.lastUsedAt.map(Moment.init)
        }
    }

    /// What was filled in.
    struct Form {
        var name = ""
        var tenant = ""
        var types = ""
        var days = "90"
        var scopes: Set<String> = [Scope.submitJobs.rawValue, Scope.readJobs.rawValue]
    }

    let keys: [Row]
    let any: Bool
    let isOpen: Bool
    let scopes: [ScopeChoice]
    let name: String
    let tenant: String
    let types: String
    let days: String
    var made: Made?
    var problem: String?
    var hasErrors = false
    var errors: [MemberError] = []

    init(_ keys: [APIKey], at now: Timestamp, form: Form, isOpen: Bool) {
        // Those that may still be used first, and the newest of them.
        let sorted = keys.sorted { left, right in
            let (one, other) = (left.status(at: now) == .active, right.status(at: now) == .active)
            return one == other ? left.createdAt > right.createdAt : one
        }
        self.keys = sorted.map { Row($0, at: now) }
        any = !keys.isEmpty
        self.isOpen = isOpen
        scopes = Scope.allCases.map {
            ScopeChoice(name: $0.rawValue, meaning: $0.meaning, isChosen: form.scopes.contains($0.rawValue))
        }
        (name, tenant, types, days) = (form.name, form.tenant, form.types, form.days)
    }
}

extension KeysPage.Form {
    /// Reads what was filled in.
    init(_ form: ConsoleForm) {
        name = form["name"] ?? ""
        tenant = form["tenant"] ?? ""
        types = form["types"] ?? ""
        days = form["days"] ?? ""
        scopes = Set(Scope.allCases.map(\.rawValue).filter { form["scope.\($0)"] != nil })
    }

    /// What the API takes for the same key.
    var document: JSONValue {
        var document: JSONObject = ["scopes": .array(scopes.sorted().map { .string($0) })]
        if !name.isEmpty { document["name"] = .string(name) }
        if !tenant.isEmpty { document["tenant"] = .string(tenant) }
        if !types.isEmpty {
            document["types"] = .array(types.split { ", ".contains($0) }.map { .string(String($0)) })
        }
        if !days.isEmpty {
            let seconds = Int(days).flatMap { days in days > 36500 ? nil : days * 86400 }
            document["expiresInSeconds"] = seconds.map(JSONValue.int) ?? .string(days)
        }
        return .object(document)
    }
}

extension Scope {
    /// What it allows, in words.
    fileprivate var meaning: String {
        switch self {
        case .submitJobs: "submit jobs"
        case .readJobs: "see jobs and their results"
        case .cancelJobs: "cancel jobs"
        case .redriveJobs: "start jobs anew"
        case .readPayloads: "see what jobs were given"
        case .readIncidents: "see what failed for good"
        case .submitWorkflows: "make workflows"
        case .readWorkflows: "see workflows and their jobs"
        case .cancelWorkflows: "cancel workflows"
        case .retryWorkflows: "start the failed part of workflows anew"
        case .readSchedules: "see schedules"
        case .writeSchedules: "make, change, run, pause and remove schedules"
        case .readSystem: "see workers, types and figures"
        case .admin: "everything, for everybody"
        }
    }
}

/// What was changed, by whom, with the filters of the list.
struct AuditPage {
    struct Row {
        let at: Moment
        let principal: String
        let tenant: String?
        let action: String
        let subject: String
        let jobID: String?
        let status: Int
        let tone: String
        let address: String
        let requestID: String

        init(_ entry: AuditEntry) {
            at = Moment(entry.at)
            principal = entry.principal
            tenant = entry.tenant
            action = entry.action
            subject = entry.subject ?? ""
            jobID = entry.subject.flatMap { JobID($0)?.description }
            status = entry.status
            tone = entry.status < 400 ? "good" : "warn"
            address = entry.address ?? ""
            requestID = entry.requestID ?? ""
        }
    }

    let principal: String
    let action: String
    let subject: String
    let since: String
    let until: String
    let sample = ListFilters.sample
    let isFiltered: Bool
    let entries: [Row]
    let any: Bool
    let count: String
    let next: String?

    init(_ parameters: ListParameters, _ entries: [AuditEntry], next: String?) {
        principal = parameters["principal"] ?? ""
        action = parameters["action"] ?? ""
        subject = parameters["subject"] ?? ""
        since = parameters["since"] ?? ""
        until = parameters["until"] ?? ""
        isFiltered = (AuditController.filters + ["since", "until"]).contains { parameters[$0] != nil }
        self.entries = entries.map(Row.init)
        any = !entries.isEmpty
        count = countText(entries.count, "change", "changes", goesOn: next != nil)
        self.next = next
    }
}
