import ArgumentParser
import JobsysClient
import JobsysJSON
import JobsysTime

/// Lists API keys, makes, replaces and ends them.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Lists API keys, makes, replaces and revokes them; for administrators.",
        discussion: "The first one is made by svc-api keys create, for whoever may write to the table.",
        subcommands: [List.self, Create.self, Rotate.self, Revoke.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists keys, without their secrets.")

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            var printer = Printer(session.format, Column.keys)
            for key in try await session.client().get(["keys"])["keys"]?.arrayValue ?? [] { try printer.row(key) }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key and shows it, which nothing else ever does again.",
            discussion: """
                Scopes: jobs:submit, jobs:read, jobs:cancel, jobs:redrive, payload:read, incidents:read, system:read, \
                schedules:read, schedules:write, admin; all of a kind by schedules:* and the like.
                """
        )

        @Option(help: "Whose jobs the key is for; without it, an operator's key that sees those of all tenants.")
        var tenant: String?

        @Option(help: "What it allows, separated by commas.")
        var scopes: String

        @Option(help: "The job types that it is for, separated by commas; all without it.")
        var types: String?

        @Option(help: "How long it is good for, such as 12h or 30d; for ever without it.", transform: Period.parse)
        var expires: Int?

        @Option(help: "What it is for.")
        var name: String?

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            var document: JSONObject = ["scopes": Self.list(scopes)]
            document["tenant"] = tenant.map(JSONValue.string)
            document["types"] = types.map(Self.list)
            document["expiresInSeconds"] = expires.map(JSONValue.int)
            document["name"] = name.map(JSONValue.string)
            let key = try await session.client().post(["keys"], .object(document))
            try Printer(session.format, Column.keys).single(key)
        }

        private static func list(_ text: String) -> JSONValue {
            .array(text.split(separator: ",").map { .string($0.filter { $0 != " " }) })
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key that may do the same as another, which ends a while later."
        )

        @Argument(help: "The key's id.", transform: KeyArgument.parse)
        var keyID: String

        @Option(help: "How long the other one stays good, such as 1h (default: 1d).", transform: Period.parse)
        var overlap: Int?

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            let document: JSONObject = overlap.map { ["overlapSeconds": .int($0)] } ?? [:]
            let key = try await session.client().post(["keys", keyID, "rotate"], .object(document))
            try Printer(session.format, Column.keys).single(key)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a key for good: within a minute every svc-api refuses it."
        )

        @Argument(help: "The key's id.", transform: KeyArgument.parse)
        var keyID: String

        @OptionGroup
        var session: SessionOptions

        func run() async throws {
            try Printer(session.format, Column.keys)
                .single(try await session.client().post(["keys", keyID, "revoke"]))
        }
    }
}

/// A key's id on the command line.
enum KeyArgument {
    /// Takes the id; a whole key is refused, for it should not be on a command line.
    ///
    /// - Throws: `ValidationError` that does not show what was found.
    static func parse(_ text: String) throws -> String {
        guard text.utf8.count == 16, text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isLetterOrDigit }) else {
            throw ValidationError("A key's id has 16 letters and digits; jobctl keys list tells it.")
        }
        return text
    }
}

/// A period on the command line.
enum Period {
    /// Reads a period such as `30d`, in seconds.
    ///
    /// - Throws: `ValidationError`.
    static func parse(_ text: String) throws -> Int {
        guard let period = Duration.parsing(text) else {
            throw ValidationError("\"\(text)\" is not a number and s, m, h or d, such as 30d.")
        }
        return Int(period.components.seconds)
    }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}
