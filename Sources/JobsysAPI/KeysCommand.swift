public import ArgumentParser
import FoundationEssentials
import JobsysCore
import JobsysJSON
import JobsysObservability
import JobsysServiceRuntime
import JobsysTime

/// Makes, lists and revokes API keys in the table itself, for whoever may write to it.
public struct KeysCommand: AsyncParsableCommand {
    /// Its name and its parts.
    public static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes, lists and revokes API keys, with AWS credentials that may write to the table.",
        discussion: "The table is DDB_TABLE, and keys are good in stage STAGE; both are read from the environment.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// Makes a command that says what there is.
    public init() {}

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key and writes it to standard output: it cannot be seen again.",
            discussion: "Scopes: \(Scope.allCases.map(\.rawValue).joined(separator: ", "))."
        )

        @Option(help: "Whose jobs the key is for; without it, an operator's key that sees those of all tenants.")
        var tenant: String?

        @Option(help: "What it allows, separated by commas.", transform: KeyArguments.scopes)
        var scopes: Set<Scope>

        @Option(
            help: "The job types that it is for, separated by commas; all without it.",
            transform: KeyArguments.types
        )
        var types: Set<String>?

        @Option(
            help: "How long it is good for, such as 12h or 30d; for ever without it.",
            transform: KeyArguments.lifetime
        )
        var expires: Duration?

        @Option(help: "What it is for.")
        var name: String?

        func validate() throws {
            if let tenant, !isTenantName(tenant) {
                throw ValidationError("--tenant must be \(KeyRequest.tenantRule).")
            }
            if let name, !(1...KeyRequest.nameLimit).contains(name.count) {
                throw ValidationError("--name must have 1 to \(KeyRequest.nameLimit) characters.")
            }
        }

        func run() async throws {
            try await KeyArguments.withKeys { keys in
                let text = APIKeyText.make(stage: keys.stage)
                let wanted = KeyRequest(tenant: tenant, scopes: scopes, types: types, lifetime: expires, name: name)
                let key = wanted.key(text, at: .now(), by: KeyArguments.author)
                try await keys.store.create(key)
                print(text.revealed())
                try await keys.note("key.create", of: key.id, answered: 201)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists keys without their secrets, one JSON object a line."
        )

        func run() async throws {
            try await KeyArguments.withKeys { keys in
                for key in try await keys.store.keys() { print(KeyArguments.line(key)) }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a key for good: within a minute every svc-api refuses it."
        )

        @Argument(help: "The key's id, the part between the second and the third underscore.")
        var keyID: String

        func validate() throws {
            guard APIKeyText.isKeyID(keyID) else { throw ValidationError("The argument is no key's id.") }
        }

        func run() async throws {
            try await KeyArguments.withKeys { keys in
                guard let key = try await keys.store.revoke(keyID, at: .now()) else {
                    throw ValidationError("There is no key \(keyID).")
                }
                print(KeyArguments.line(key))
                try await keys.note("key.revoke", of: key.id, answered: 200)
            }
        }
    }
}

/// What the commands about keys share.
enum KeyArguments {
    /// Reads a list of scopes.
    static func scopes(_ text: String) throws -> Set<Scope> {
        let scopes = try text.split(separator: ",")
            .flatMap { name in
                guard let scopes = Scope.named(name.filter { $0 != " " }) else {
                    throw ValidationError("\"\(name)\" is not \(KeyRequest.scopeRule).")
                }
                return scopes
            }
        guard !scopes.isEmpty else { throw ValidationError("At least one scope: \(KeyRequest.scopeRule).") }
        return Set(scopes)
    }

    /// Reads a list of job types.
    static func types(_ text: String) throws -> Set<String> {
        let types = text.split(separator: ",").map { $0.filter { $0 != " " } }
        guard (1...KeyRequest.typeLimit).contains(types.count), types.allSatisfy(isJobTypeName) else {
            throw ValidationError("\"\(text)\" is not a list of 1 to \(KeyRequest.typeLimit) job types.")
        }
        return Set(types)
    }

    /// Reads a time such as `30d`, `12h`, `90m` or `3600s`.
    static func lifetime(_ text: String) throws -> Duration {
        let rule = "must be a number and s, m, h or d, such as 30d, and ten years at most"
        guard let period = Duration.parsing(text), KeyRequest.lifetimes.contains(Int(period.components.seconds))
        else { throw ValidationError("\"\(text)\" \(rule).") }
        return period
    }

    /// Who made a key, as far as the system says.
    static var author: String {
        let environment = ProcessInfo.processInfo.environment
        let user = ["USER", "LOGNAME"].compactMap { environment[$0] }.first { !$0.isEmpty }
        return "svc-api keys" + (user.map { " by \($0.prefix(64))" } ?? "")
    }

    /// A key as a line of JSON.
    static func line(_ key: APIKey) -> String {
        var writer = JSONWriter()
        writer.object { $0.key(key, at: .now()) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Does something with the keys of the table that the environment names; settings that are wrong end the process with
    /// exit code 78.
    static func withKeys(_ work: (KeyAdministration) async throws -> Void) async throws {
        try await ServiceProcess.reportingConfigurationProblems {
            try await work(try await buildKeyAdministration(ProcessInfo.processInfo.environment))
        }
    }
}

extension KeyAdministration {
    /// Notes a change that was made, with the status that svc-api would have answered.
    ///
    /// - Throws: ``UnnotedChange``.
    fileprivate func note(_ action: String, of id: String, answered status: Int) async throws {
        let entry = AuditEntry(
            id: UniqueID.make(),
            at: .now(),
            principal: KeyArguments.author,
            action: action,
            subject: id,
            status: status
        )
        do {
            try await trail.record(entry)
        } catch {
            throw UnnotedChange(entry: entry, cause: error)
        }
    }
}

/// A change that was made although the audit trail could not take it.
private struct UnnotedChange: Error, CustomStringConvertible {
    let entry: AuditEntry
    let cause: any Error

    var description: String {
        "\(entry.action) of \(entry.subject ?? "") is done, but the audit trail could not take it: \(cause)"
    }
}
