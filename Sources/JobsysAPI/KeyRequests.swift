import Hummingbird
import JobsysCore
import JobsysJSON
import JobsysTime

/// What a key is to be.
struct KeyRequest: Sendable {
    /// Whose jobs it is for; nil for an operator's.
    var tenant: String?
    /// What it is to allow.
    var scopes: Set<Scope>
    /// The types that it is for; nil for all.
    var types: Set<String>?
    /// How long it is good for; nil for ever.
    var lifetime: Duration?
    /// What it is for.
    var name: String?

    /// Makes a request; the caller has checked the values.
    init(
        tenant: String?,
        scopes: Set<Scope>,
        types: Set<String>? = nil,
        lifetime: Duration? = nil,
        name: String? = nil
    ) {
        self.tenant = tenant
        self.scopes = scopes
        self.types = types
        self.lifetime = lifetime
        self.name = name
    }

    /// The record of the key.
    func key(_ text: APIKeyText, at now: Timestamp, by maker: String) -> APIKey {
        APIKey(
            text,
            tenant: tenant,
            scopes: scopes,
            types: types,
            name: name,
            at: now,
            by: maker,
            expiresAt: lifetime.map { now + $0 }
        )
    }

    /// The shortest and the longest life, in seconds: ten years.
    static let lifetimes = 1...315_360_000
    /// The most types.
    static let typeLimit = 100
    /// The longest name, in characters.
    static let nameLimit = 100
    /// What tenants are called.
    static let tenantRule =
        "1 to 64 of a-z, 0-9, '.', '_' and '-' that start with a letter or a digit"
    /// What there is to allow.
    static let scopeRule = "one of " + Scope.allCases.map(\.rawValue).joined(separator: ", ")

    /// Reads the body.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader) async throws {
        try self.init(document: try await reader.document(of: request) ?? .object([:]))
    }

    /// Checks a document.
    ///
    /// - Throws: ``Problem`` with 422.
    init(document: JSONValue) throws(Problem) {
        let known = ["tenant", "scopes", "types", "expiresInSeconds", "name"]
        var problems = document.unknownMembers(known: known, of: "key")
        func complain(_ name: String, _ rule: String) { problems.append(FieldProblem(.root.appending(name), rule)) }

        scopes = []
        let names = document["scopes"]?.arrayValue ?? []
        for (index, value) in names.enumerated() {
            if let named = value.stringValue.flatMap(Scope.named) {
                scopes.formUnion(named)
            } else {
                let pointer = JSONPointer.root.appending("scopes").appending("\(index)")
                problems.append(FieldProblem(pointer, "must be \(Self.scopeRule)"))
            }
        }
        if names.isEmpty { complain("scopes", "must be a list of at least one scope: \(Self.scopeRule)") }
        if let value = document["tenant"], !value.isNull {
            tenant = value.stringValue
            if tenant.map(isTenantName) != true { complain("tenant", "must be \(Self.tenantRule)") }
        }
        if let value = document["types"], !value.isNull {
            let list = value.arrayValue?.map(\.stringValue)
            types = Set((list ?? []).compactMap(\.self))
            if list.map({ (1...Self.typeLimit).contains($0.count) && $0.allSatisfy { $0.map(isJobTypeName) == true } })
                != true
            {
                complain("types", "must be a list of 1 to \(Self.typeLimit) job types")
            }
        }
        if let value = document["expiresInSeconds"], !value.isNull {
            lifetime = value.intValue.map { .seconds($0) }
            if value.intValue.map(Self.lifetimes.contains) != true {
                let (low, high) = (Self.lifetimes.lowerBound, Self.lifetimes.upperBound)
                complain("expiresInSeconds", "must be a whole number from \(low) to \(high)")
            }
        }
        if let value = document["name"], !value.isNull {
            name = value.stringValue
            if value.stringValue.map({ (1...Self.nameLimit).contains($0.count) }) != true {
                complain("name", "must be a string of 1 to \(Self.nameLimit) characters")
            }
        }
        guard problems.isEmpty else { throw Problem(members: problems, of: "key") }
    }
}

/// What a request to replace a key says, checked.
struct RotationRequest {
    /// How long the key that is replaced stays good.
    let overlap: Duration

    /// The longest overlap, in seconds: thirty days.
    private static let range = 0...2_592_000

    /// Reads the body, if there is one.
    ///
    /// - Throws: ``Problem`` with 400, 408, 413, 415 or 422.
    init(_ request: Request, body reader: BodyReader) async throws {
        let document = try await reader.document(of: request) ?? .object([:])
        var problems = document.unknownMembers(known: ["overlapSeconds"], of: "rotation")
        var overlap = APIKey.overlap
        if let value = document["overlapSeconds"], !value.isNull {
            if let seconds = value.intValue, Self.range.contains(seconds) {
                overlap = .seconds(seconds)
            } else {
                let rule = "must be a whole number from \(Self.range.lowerBound) to \(Self.range.upperBound)"
                problems.append(FieldProblem(.root.appending("overlapSeconds"), rule))
            }
        }
        self.overlap = overlap
        guard problems.isEmpty else { throw Problem(members: problems, of: "rotation") }
    }
}
